/** Reads NRRD images: the text header to a Geometry, the data to numbers. Bytes in, values out; decompression is the caller's. */
import { HemacastError } from "../core/errors.ts";
import { dot, length, scale, type Vec3 } from "../math/vec3.ts";
import { checkedGeometry, type Geometry, voxelCount } from "../volume/geometry.ts";

/** A scalar image in three dimensions. */
export interface NrrdImage {
  readonly geometry: Geometry;
  readonly values: NrrdValues;
}

/** Voxel values as stored, x fastest. */
export type NrrdValues =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** Undoes gzip; must refuse to make more than the given number of bytes. */
export type Gunzip = (compressed: Uint8Array, maximumBytes: number) => Uint8Array;

/** A header is a few hundred characters; a file that goes on without its end is no NRRD. */
const MAXIMUM_HEADER_BYTES = 65_536;

const constructors = {
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const;

type ConstructorName = keyof typeof constructors;

const typeNames = new Map<string, ConstructorName>(
  (
    [
      ["Int8Array", "signed char|int8|int8_t"],
      ["Uint8Array", "uchar|unsigned char|uint8|uint8_t"],
      ["Int16Array", "short|short int|signed short|signed short int|int16|int16_t"],
      ["Uint16Array", "ushort|unsigned short|unsigned short int|uint16|uint16_t"],
      ["Int32Array", "int|signed int|int32|int32_t"],
      ["Uint32Array", "uint|unsigned int|uint32|uint32_t"],
      ["Float32Array", "float"],
      ["Float64Array", "double"],
    ] as const
  ).flatMap(([stored, names]) => names.split("|").map((name): [string, ConstructorName] => [name, stored])),
);

/** What turns a space's axes into LPS. */
const lpsSigns = new Map<string, Vec3>([
  ["left-posterior-superior", [1, 1, 1]],
  ["lps", [1, 1, 1]],
  ["right-anterior-superior", [-1, -1, 1]],
  ["ras", [-1, -1, 1]],
  ["left-anterior-superior", [1, -1, 1]],
  ["las", [1, -1, 1]],
]);

/**
 * Whether bytes begin like an NRRD file.
 *
 * @example looksLikeNrrd(new TextEncoder().encode("NRRD0004\n")) // => true
 */
export function looksLikeNrrd(bytes: Uint8Array): boolean {
  return /^NRRD000[1-5]/.test(asciiText(bytes.subarray(0, 8)));
}

/**
 * Reads one NRRD file with attached data.
 *
 * @param maximumVoxels larger images are refused before memory is taken
 * @throws HemacastError NRRD_MALFORMED, NRRD_UNSUPPORTED (detached data, other encodings, other dimensions), GEOMETRY_INVALID, INPUT_TOO_LARGE
 * @see https://teem.sourceforge.net/nrrd/format.html
 */
export function readNrrd(bytes: Uint8Array, gunzip: Gunzip, maximumVoxels: number = 2 ** 28): NrrdImage {
  const { fields, dataAt } = parseHeader(bytes);
  const stored = typeNames.get(required(fields, "type"));
  if (!stored) unsupported(`type is "${fields.get("type")}"; scalar integer and float types are read`);
  const geometry = geometryOf(fields);
  const voxels = voxelCount(geometry);
  if (voxels > maximumVoxels) {
    throw new HemacastError("INPUT_TOO_LARGE", `the image has ${voxels} voxels; at most ${maximumVoxels} are read`);
  }
  const width = constructors[stored].BYTES_PER_ELEMENT;
  const data = dataBytes(fields, bytes.subarray(dataAt), gunzip, voxels * width);
  if (data.length < voxels * width) {
    malformed(`${data.length} bytes of data for ${voxels} voxels of ${width} bytes; the file is cut short`);
  }
  const own = new Uint8Array(voxels * width);
  own.set(data.subarray(0, voxels * width));
  if (width > 1 && isBigEndian(fields))
    for (let v = 0; v < own.length; v += width) own.subarray(v, v + width).reverse();
  return { geometry, values: new constructors[stored](own.buffer) };
}

function parseHeader(bytes: Uint8Array): { fields: Map<string, string>; dataAt: number } {
  if (!looksLikeNrrd(bytes)) malformed("the file does not begin with NRRD0001 to NRRD0005");
  const text = asciiText(bytes.subarray(0, MAXIMUM_HEADER_BYTES));
  const end = /\r?\n\r?\n/.exec(text);
  if (!end) malformed(`no empty line ends the header within ${MAXIMUM_HEADER_BYTES} bytes`);
  const fields = new Map<string, string>();
  for (const line of text.slice(0, end.index).split(/\r?\n/).slice(1)) {
    const field = /^([^#:][^:]*): ?(.*)$/.exec(line);
    if (field && !field[2]?.startsWith("="))
      fields.set((field[1] as string).toLowerCase(), (field[2] as string).trim());
  }
  return { fields, dataAt: end.index + end[0].length };
}

function dataBytes(fields: ReadonlyMap<string, string>, raw: Uint8Array, gunzip: Gunzip, expected: number): Uint8Array {
  for (const name of ["data file", "datafile"]) {
    if (fields.has(name)) unsupported("the data is in another file; save the image with attached data (.nrrd)");
  }
  for (const name of ["line skip", "lineskip", "byte skip", "byteskip"]) {
    if (!["0", undefined].includes(fields.get(name))) unsupported(`"${name}" is ${fields.get(name)}; only 0 is read`);
  }
  const encoding = required(fields, "encoding");
  if (encoding === "raw") return raw;
  if (encoding !== "gzip" && encoding !== "gz") unsupported(`encoding is "${encoding}"; raw and gzip are read`);
  try {
    return gunzip(raw, expected);
  } catch (cause) {
    throw new HemacastError("NRRD_MALFORMED", `the gzip data cannot be read to ${expected} bytes`, { cause });
  }
}

/** Node runs on little-endian machines only; the other order is turned around. */
function isBigEndian(fields: ReadonlyMap<string, string>): boolean {
  const endian = required(fields, "endian");
  if (endian !== "little" && endian !== "big") malformed(`endian is "${endian}"; expected little or big`);
  return endian === "big";
}

function geometryOf(fields: ReadonlyMap<string, string>): Geometry {
  if (required(fields, "dimension") !== "3") unsupported(`dimension is ${fields.get("dimension")}; 3 is read`);
  const size = numbers(required(fields, "sizes"));
  if (size.length !== 3) malformed(`sizes are "${fields.get("sizes")}"; expected three whole numbers`);
  const space = required(fields, "space").toLowerCase();
  const signs = lpsSigns.get(space);
  if (!signs) unsupported(`space is "${space}"; patient spaces (LPS, RAS, LAS) are read`);
  const vectors = [...required(fields, "space directions").matchAll(/\(([^)]*)\)/g)].map((match) =>
    vector(match[1] as string, signs),
  );
  if (vectors.length !== 3)
    malformed(`space directions are "${fields.get("space directions")}"; expected three vectors`);
  const origin = /\(([^)]*)\)/.exec(required(fields, "space origin"));
  if (!origin) malformed(`space origin is "${fields.get("space origin")}"; expected one vector`);
  const [x, y, z] = vectors as [Vec3, Vec3, Vec3];
  if (![x, y, z].every((axis) => dot(axis, axis) > 0)) malformed("a space direction has length 0");
  return checkedGeometry({
    size: size as unknown as Vec3,
    spacing: [length(x), length(y), length(z)],
    origin: vector(origin[1] as string, signs),
    direction: [scale(x, 1 / length(x)), scale(y, 1 / length(y)), scale(z, 1 / length(z))],
  });
}

function vector(text: string, signs: Vec3): Vec3 {
  const parts = text.split(",").map(Number);
  if (parts.length !== 3 || !parts.every(Number.isFinite)) malformed(`"${text}" is not a vector of three numbers`);
  return [signs[0] * (parts[0] as number), signs[1] * (parts[1] as number), signs[2] * (parts[2] as number)];
}

function numbers(text: string): number[] {
  return text.split(/\s+/).map(Number);
}

function required(fields: ReadonlyMap<string, string>, name: string): string {
  return fields.get(name) ?? malformed(`the header has no "${name}"`);
}

function asciiText(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

function malformed(message: string): never {
  throw new HemacastError("NRRD_MALFORMED", message);
}

function unsupported(message: string): never {
  throw new HemacastError("NRRD_UNSUPPORTED", message);
}
