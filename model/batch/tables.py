"""Rows of Parquet files and of folders that Hugging Face `datasets` saved, a small batch in memory at a time."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from .articles import Fields, missing_columns
from .rows import Row

if TYPE_CHECKING:
    import pyarrow as pa

BATCH: Final = 64  # rows in memory at once


def parquet_rows(path: str, fields: Fields) -> Iterator[Row]:
    """Give a Parquet file's rows, counted from 1; a row group that cannot be read is one message.

    Raises OSError where the file is not there, ValueError where it is no Parquet file or lacks a column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path, buffer_size=1 << 20)  # streamed, for a row group may be the whole file
    except pa.ArrowInvalid as error:
        raise ValueError(f"no Parquet file, or a damaged one ({_first(error)}); write it anew") from None
    with file:
        if problem := missing_columns(file.schema_arrow.names, fields):
            raise ValueError(problem)
        first = 1
        for group in range(file.num_row_groups):
            count, row = file.metadata.row_group(group).num_rows, first
            try:
                for batch in file.iter_batches(BATCH, row_groups=[group], columns=list(fields.names)):
                    for record in _records(batch):
                        yield row, record if isinstance(record, str) else _with_string_id(record, fields)
                        row += 1
            except (pa.ArrowException, OSError) as error:
                yield row, f"rows {row} to {first + count - 1} cannot be read ({_first(error)}); write the file anew"
            first += count


def dataset_rows(path: str, fields: Fields) -> Iterator[Row]:
    """Give the rows of a folder that `save_to_disk` wrote, all its splits in order; raises ValueError."""
    try:
        from datasets import Dataset, DatasetDict, load_from_disk
    except ImportError:
        raise ValueError("a folder of `datasets`, which is not installed: pip install datasets") from None
    try:
        loaded = load_from_disk(path)
    except Exception as error:
        raise ValueError(f"no folder that `datasets` saved ({_first(error)}); save it with save_to_disk") from None
    splits: list[Dataset] = list(loaded.values()) if isinstance(loaded, DatasetDict) else [loaded]
    row = 0
    for split in splits:
        if problem := missing_columns(split.column_names, fields):
            raise ValueError(problem)
        for record in split.with_format(None).select_columns(list(fields.names)):
            row += 1
            yield row, _with_string_id(record, fields)


def _records(batch: "pa.RecordBatch") -> list[dict[str, Any] | str]:
    """Give a batch's rows; a string that is not UTF-8 costs its own row, and is told."""
    try:
        return list(batch.to_pylist())
    except UnicodeDecodeError as error:
        if len(batch) == 1:
            return [f"not UTF-8: {error.reason} at offset {error.start} of a string; write the row anew"]
        return [record for row in range(len(batch)) for record in _records(batch.slice(row, 1))]


def count_rows(path: str) -> int:
    """Count a Parquet file's rows; raises OSError or ValueError where it is none."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def _with_string_id(record: Mapping[str, Any], fields: Fields) -> dict[str, Any]:
    """Write a whole number in the id's column as a string: the column's type says that all ids are numbers."""
    id = record[fields.id]
    return {**record, fields.id: str(id)} if isinstance(id, int) and not isinstance(id, bool) else dict(record)


def _first(error: BaseException) -> str:
    return str(error).split("\n", 1)[0].rstrip(".")[:200]
