"""Who holds the rights in a source, as its head says."""

import pytest

from mldebt.extract.rights import holders


@pytest.mark.parametrize(("head", "found"), [
    ("# Copyright (c) 2018-2020, Walnut Corporation.  All rights reserved.", ("walnut",)),
    ("# Copyright (c) Hazel, Inc. and its affiliates.", ("hazel",)),
    ("# Copyright (c) 2017-present, Hazel, Inc.\n# Copyright 2019 The Walnut Authors.", ("hazel", "walnut")),
    ("# Copyright © 2021 by Jane Doe <jane@example.org>", ("jane doe",)),
    ("# the above copyright notice and this list of 2018 conditions", ()), ("x = 1", ()),
])
def test_who_holds_the_rights(head: str, found: tuple[str, ...]) -> None:
    assert holders(f"{head}\nx = 1\n") == found
