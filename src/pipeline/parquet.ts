/**
 * Writes flat tables of numbers and texts as Parquet: one row group, one plain uncompressed page per column, cells that may be missing. Nothing else
 * of the format is needed here; docs/decisions/0011-parquet-by-ourselves.md says why this is no package.
 *
 * @see https://parquet.apache.org/docs/file-format and the Thrift compact protocol
 */

/** One column. */
export type ParquetColumn =
  | { readonly name: string; readonly kind: "number"; readonly cells: readonly (number | null)[] }
  | { readonly name: string; readonly kind: "text"; readonly cells: readonly (string | null)[] };

const MAGIC = Uint8Array.of(0x50, 0x41, 0x52, 0x31);
const DOUBLE = 5;
const BYTE_ARRAY = 6;
const OPTIONAL = 1;
const PLAIN = 0;
const RLE = 3;

/**
 * The bytes of a Parquet file.
 *
 * @param columns all of the same length
 * @param metadata texts by key that travel in the file
 */
export function parquetBytes(
  columns: readonly ParquetColumn[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const rows = columns[0]?.cells.length ?? 0;
  const parts: Uint8Array[] = [MAGIC];
  let offset = MAGIC.length;
  const chunks = columns.map((column) => {
    const page = pageOf(column);
    const chunk = { column, offset, bytes: page.length };
    parts.push(page);
    offset += page.length;
    return chunk;
  });
  const footer = footerOf(chunks, rows, metadata);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, footer.length, true);
  return joined([...parts, footer, length, MAGIC]);
}

function pageOf({ kind, cells }: ParquetColumn): Uint8Array {
  const levels = definitionLevels(cells);
  const levelBytes = new Uint8Array(4);
  new DataView(levelBytes.buffer).setUint32(0, levels.length, true);
  const values = kind === "number" ? plainDoubles(cells as (number | null)[]) : plainTexts(cells as (string | null)[]);
  const data = joined([levelBytes, levels, values]);
  const header = struct([
    [1, i32(0)],
    [2, i32(data.length)],
    [3, i32(data.length)],
    [
      5,
      struct([
        [1, i32(cells.length)],
        [2, i32(PLAIN)],
        [3, i32(RLE)],
        [4, i32(RLE)],
      ]),
    ],
  ]);
  return joined([header.bytes, data]);
}

/** Which cells are there, as runs: twice the length, then the level. */
function definitionLevels(cells: readonly unknown[]): Uint8Array {
  const bytes: number[] = [];
  for (let from = 0; from < cells.length; ) {
    let to = from;
    while (to < cells.length && (cells[to] === null) === (cells[from] === null)) to++;
    bytes.push(...varint(2 * (to - from)), cells[from] === null ? 0 : 1);
    from = to;
  }
  return Uint8Array.from(bytes);
}

function plainDoubles(cells: readonly (number | null)[]): Uint8Array {
  const present = cells.filter((cell) => cell !== null);
  const bytes = new Uint8Array(8 * present.length);
  const view = new DataView(bytes.buffer);
  present.forEach((value, n) => {
    view.setFloat64(8 * n, value, true);
  });
  return bytes;
}

function plainTexts(cells: readonly (string | null)[]): Uint8Array {
  return joined(
    cells
      .filter((cell) => cell !== null)
      .flatMap((cell) => {
        const text = new TextEncoder().encode(cell);
        const length = new Uint8Array(4);
        new DataView(length.buffer).setUint32(0, text.length, true);
        return [length, text];
      }),
  );
}

interface Chunk {
  readonly column: ParquetColumn;
  readonly offset: number;
  readonly bytes: number;
}

function footerOf(chunks: readonly Chunk[], rows: number, metadata: Readonly<Record<string, string>>): Uint8Array {
  const typeOf = ({ kind }: ParquetColumn): number => (kind === "number" ? DOUBLE : BYTE_ARRAY);
  const schema = chunks.map(({ column }) =>
    struct([
      [1, i32(typeOf(column))],
      [3, i32(OPTIONAL)],
      [4, text(column.name)],
      // Texts are UTF-8, once in the old notation and once in the new one.
      ...(column.kind === "text"
        ? ([
            [6, i32(0)],
            [10, struct([[1, struct([])]])],
          ] as const)
        : []),
    ]),
  );
  const columns = chunks.map(({ column, offset, bytes }) => {
    const about = struct([
      [1, i32(typeOf(column))],
      [2, list(I32, [i32(PLAIN), i32(RLE)])],
      [3, list(BINARY, [text(column.name)])],
      [4, i32(0)],
      [5, i64(rows)],
      [6, i64(bytes)],
      [7, i64(bytes)],
      [9, i64(offset)],
    ]);
    return struct([
      [2, i64(offset)],
      [3, about],
    ]);
  });
  const total = chunks.reduce((sum, { bytes }) => sum + bytes, 0);
  const group = struct([
    [1, list(STRUCT, columns)],
    [2, i64(total)],
    [3, i64(rows)],
  ]);
  const pairs = Object.entries(metadata).map(([key, value]) =>
    struct([
      [1, text(key)],
      [2, text(value)],
    ]),
  );
  return struct([
    [1, i32(1)],
    [
      2,
      list(STRUCT, [
        struct([
          [4, text("table")],
          [5, i32(chunks.length)],
        ]),
        ...schema,
      ]),
    ],
    [3, i64(rows)],
    [4, list(STRUCT, [group])],
    [5, list(STRUCT, pairs)],
    [6, text("hemacast")],
  ]).bytes;
}

/** A value of the compact protocol: its type and its bytes. */
interface Thrift {
  readonly type: number;
  readonly bytes: Uint8Array;
}

const I32 = 5;
const I64 = 6;
const BINARY = 8;
const LIST = 9;
const STRUCT = 12;

function i32(value: number): Thrift {
  return { type: I32, bytes: Uint8Array.from(varint(2 * value)) };
}

/** Sizes and offsets are never negative, so that zigzag is doubling. */
function i64(value: number): Thrift {
  return { type: I64, bytes: Uint8Array.from(varint(2 * value)) };
}

function text(value: string): Thrift {
  const bytes = new TextEncoder().encode(value);
  return { type: BINARY, bytes: joined([Uint8Array.from(varint(bytes.length)), bytes]) };
}

function list(elementType: number, elements: readonly Thrift[]): Thrift {
  const n = elements.length;
  const header = n < 15 ? [(n << 4) | elementType] : [0xf0 | elementType, ...varint(n)];
  return { type: LIST, bytes: joined([Uint8Array.from(header), ...elements.map(({ bytes }) => bytes)]) };
}

/** Fields in ascending order, each with the step from the last one's number. */
function struct(fields: readonly (readonly [number, Thrift])[]): Thrift {
  let last = 0;
  const parts = fields.flatMap(([id, value]) => {
    const header = Uint8Array.of(((id - last) << 4) | value.type);
    last = id;
    return [header, value.bytes];
  });
  return { type: STRUCT, bytes: joined([...parts, Uint8Array.of(0)]) };
}

/** Seven bits at a time, the lowest first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
