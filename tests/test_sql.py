"""Tables of SQL text."""

from mldebt.extract.sql import table_uses
from mldebt.model.pattern import Hole, pattern


def _uses(*parts: str | Hole) -> list[tuple[str, str]]:
    return [(table.show(), mode) for table, mode in table_uses(pattern(*parts))]


def test_reads_and_writes() -> None:
    assert sorted(_uses('with t as (select * from raw) select * from t join "s"."x" on 1')) == [("raw", "read"), ("x", "read")]
    assert _uses("delete from a where x = 'from c'") == [("a", "append")]
    assert _uses("CREATE TABLE IF NOT EXISTS odds (x int)") == [("odds", "append")]
    assert _uses("CREATE TABLE odds (x int)") == [("odds", "write")]


def test_holes_stay_in_table_names() -> None:
    assert sorted(_uses("INSERT INTO a SELECT * FROM b_", Hole("unknown", "year"))) == [("a", "append"), ("b_{year}", "read")]
    assert _uses("UPDATE a SET b = 1 WHERE c = 2") == [("a", "append")]
    assert _uses("UPDATE a SET b = 1") == [("a", "write")]


def test_prose_is_not_sql() -> None:
    assert _uses("read it from here") == []


def test_dropped_tables_are_not_read() -> None:
    assert table_uses(pattern("drop table if exists three")) == [(pattern("three"), "write")]
