"""Tables of SQL text."""

from mldebt.extract.sql import table_uses


def _uses(text: str) -> list[tuple[str, str]]:
    return [(use.table, use.mode) for use in table_uses(text)]


def test_modes() -> None:
    assert _uses('with t as (select * from raw) select * from t join "s"."x" on 1') == [("raw", "read"), ("s.x", "read")]
    assert _uses("INSERT INTO a SELECT * FROM b_{…}") == [("a", "append"), ("b_{…}", "read")]
    assert _uses("delete from a where x = 'from c'") == [("a", "write")]
    assert _uses("CREATE TABLE IF NOT EXISTS odds (x int)") == [("odds", "create")]
    assert _uses("insert or replace into a values (1)") == [("a", "append")]


def test_prose_is_not_sql() -> None:
    assert _uses("read it from here") == []
