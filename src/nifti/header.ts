/** The header of a NIfTI-1 or NIfTI-2 file (single file, `n+1`), checked against the bytes that follow it. */
import { HemacastError } from "../core/errors.ts";
import { MAX_VOXELS } from "../volume/slice-stack.ts";

/** How voxel values are stored. */
export type NiftiDataType = "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32" | "float32" | "float64";

/** NIfTI datatype codes and their size in bytes. @see https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h */
export const niftiDataTypes: Readonly<Record<NiftiDataType, { readonly code: number; readonly bytes: number }>> = {
  uint8: { code: 2, bytes: 1 },
  int16: { code: 4, bytes: 2 },
  int32: { code: 8, bytes: 4 },
  float32: { code: 16, bytes: 4 },
  float64: { code: 64, bytes: 8 },
  int8: { code: 256, bytes: 1 },
  uint16: { code: 512, bytes: 2 },
  uint32: { code: 768, bytes: 4 },
};

/** Rows of a 3x4 matrix from voxel index to RAS mm, as NIfTI has it. */
export type RasAffine = readonly [readonly number[], readonly number[], readonly number[]];

/** What a header says. */
export interface NiftiHeader {
  readonly littleEndian: boolean;
  readonly size: readonly [number, number, number];
  readonly dataType: NiftiDataType;
  /** Where the voxels start, in bytes. */
  readonly voxOffset: number;
  /** value = stored * slope + intercept. */
  readonly slope: number;
  readonly intercept: number;
  readonly affine: RasAffine;
  /** Which field the affine comes from; "pixdim" means that the file does not state an orientation. */
  readonly affineFrom: "sform" | "qform" | "pixdim";
}

/**
 * Whether bytes start with a NIfTI header.
 *
 * @example looksLikeNifti(new Uint8Array(400)) // => false
 */
export function looksLikeNifti(bytes: Uint8Array): boolean {
  return formatOf(bytes) !== null;
}

interface Format {
  readonly version: 1 | 2;
  readonly littleEndian: boolean;
}

function formatOf(bytes: Uint8Array): Format | null {
  if (bytes.length < 348) return null;
  const view = viewOf(bytes);
  for (const littleEndian of [true, false]) {
    const headerSize = view.getInt32(0, littleEndian);
    if (headerSize === 348 && magicOf(bytes, 344).startsWith("n")) return { version: 1, littleEndian };
    if (headerSize === 540 && bytes.length >= 540 && magicOf(bytes, 4).startsWith("n"))
      return { version: 2, littleEndian };
  }
  return null;
}

function magicOf(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 3));
}

/**
 * Reads the header. The voxels must be there in full.
 *
 * @param bytes the whole file, unpacked
 * @throws HemacastError NIFTI_MALFORMED, NIFTI_UNSUPPORTED (data type, more than one volume, header and image in two files), INPUT_TOO_LARGE
 */
export function readNiftiHeader(bytes: Uint8Array): NiftiHeader {
  const header = headerAtStart(bytes);
  const end = endOfVoxels(header);
  if (end > bytes.length) {
    throw malformed(
      `it is truncated: ${header.size.join(" x ")} voxels of ${header.dataType} end at byte ${end}, the file has ${bytes.length}`,
    );
  }
  return header;
}

/**
 * How many bytes a file needs by what its first 1024 say. What follows is not read.
 *
 * @throws HemacastError as `readNiftiHeader`
 */
export function niftiFileBytes(start: Uint8Array): number {
  return endOfVoxels(headerAtStart(start));
}

function endOfVoxels({ size, dataType, voxOffset }: NiftiHeader): number {
  return voxOffset + size[0] * size[1] * size[2] * niftiDataTypes[dataType].bytes;
}

function headerAtStart(bytes: Uint8Array): NiftiHeader {
  const format = formatOf(bytes);
  if (!format) throw malformed("it does not start with a NIfTI header");
  if (magicOf(bytes, format.version === 1 ? 344 : 4) !== (format.version === 1 ? "n+1" : "n+2")) {
    throw new HemacastError(
      "NIFTI_UNSUPPORTED",
      "header and image are two files (.hdr and .img); convert them to one .nii",
    );
  }
  const fields = format.version === 1 ? fieldsOf1(bytes, format.littleEndian) : fieldsOf2(bytes, format.littleEndian);
  const least = format.version === 1 ? 352 : 544;
  const voxOffset = fields.voxOffset === 0 ? least : fields.voxOffset;
  if (!(Number.isInteger(voxOffset) && voxOffset >= least)) throw malformed(`vox_offset is ${fields.voxOffset}`);
  const scaled = Number.isFinite(fields.slope) && fields.slope !== 0;
  if (scaled && !Number.isFinite(fields.intercept)) throw malformed(`scl_inter is ${fields.intercept}`);
  return {
    littleEndian: format.littleEndian,
    dataType: dataTypeOf(fields.datatype, fields.bitpix),
    size: sizeOf(fields.dim),
    voxOffset,
    slope: scaled ? fields.slope : 1,
    intercept: scaled ? fields.intercept : 0,
    ...affineOf(fields),
  };
}

interface Fields {
  readonly dim: readonly number[];
  readonly datatype: number;
  readonly bitpix: number;
  readonly pixdim: readonly number[];
  readonly voxOffset: number;
  readonly slope: number;
  readonly intercept: number;
  readonly qformCode: number;
  readonly sformCode: number;
  /** quatern_b, c, d, then qoffset_x, y, z. */
  readonly quaternion: readonly number[];
  readonly srow: readonly number[];
  readonly units: number;
}

function fieldsOf1(bytes: Uint8Array, little: boolean): Fields {
  const view = viewOf(bytes);
  const float = (at: number, count: number) =>
    Array.from({ length: count }, (_, n) => view.getFloat32(at + 4 * n, little));
  return {
    dim: Array.from({ length: 8 }, (_, n) => view.getInt16(40 + 2 * n, little)),
    datatype: view.getInt16(70, little),
    bitpix: view.getInt16(72, little),
    pixdim: float(76, 8),
    voxOffset: view.getFloat32(108, little),
    slope: view.getFloat32(112, little),
    intercept: view.getFloat32(116, little),
    units: view.getUint8(123),
    qformCode: view.getInt16(252, little),
    sformCode: view.getInt16(254, little),
    quaternion: float(256, 6),
    srow: float(280, 12),
  };
}

function fieldsOf2(bytes: Uint8Array, little: boolean): Fields {
  const view = viewOf(bytes);
  const whole = (at: number) => Number(view.getBigInt64(at, little));
  const double = (at: number, count: number) =>
    Array.from({ length: count }, (_, n) => view.getFloat64(at + 8 * n, little));
  return {
    dim: Array.from({ length: 8 }, (_, n) => whole(16 + 8 * n)),
    datatype: view.getInt16(12, little),
    bitpix: view.getInt16(14, little),
    pixdim: double(104, 8),
    voxOffset: whole(168),
    slope: view.getFloat64(176, little),
    intercept: view.getFloat64(184, little),
    qformCode: view.getInt32(344, little),
    sformCode: view.getInt32(348, little),
    quaternion: double(352, 6),
    srow: double(400, 12),
    units: view.getInt32(500, little),
  };
}

function dataTypeOf(code: number, bitpix: number): NiftiDataType {
  const found = (Object.keys(niftiDataTypes) as NiftiDataType[]).find((name) => niftiDataTypes[name].code === code);
  if (!found) {
    throw new HemacastError("NIFTI_UNSUPPORTED", `datatype ${code} is not read; convert to int16 or float32`);
  }
  if (bitpix !== 0 && bitpix !== 8 * niftiDataTypes[found].bytes) {
    throw malformed(`datatype ${found} has ${8 * niftiDataTypes[found].bytes} bits, bitpix says ${bitpix}`);
  }
  return found;
}

function sizeOf(dim: readonly number[]): readonly [number, number, number] {
  const [count, nx, ny, nz, ...rest] = dim as [number, number, number, number, ...number[]];
  if (!(count >= 1 && count <= 7)) throw malformed(`dim[0] is ${count}; expected 1 to 7`);
  if (count < 3) throw new HemacastError("NIFTI_UNSUPPORTED", `it has ${count} dimension(s); a volume has three`);
  if (rest.slice(0, count - 3).some((n) => n > 1)) {
    throw new HemacastError(
      "NIFTI_UNSUPPORTED",
      `it holds more than one volume (dim ${dim.slice(1, count + 1).join(" x ")}); split it`,
    );
  }
  const sizes = [nx, ny, nz];
  if (sizes.some((n) => !(Number.isSafeInteger(n) && n >= 1))) throw malformed(`its size is ${sizes.join(" x ")}`);
  if (nx * ny * nz > MAX_VOXELS) {
    throw new HemacastError("INPUT_TOO_LARGE", `its size is ${sizes.join(" x ")}, more than ${MAX_VOXELS} voxels`);
  }
  return [nx, ny, nz];
}

function affineOf(fields: Fields): Pick<NiftiHeader, "affine" | "affineFrom"> {
  const perUnit = mmPerUnit(fields.units);
  const rows = (matrix: readonly number[]): RasAffine => {
    if (!matrix.every(Number.isFinite)) throw malformed("its affine holds values that are not finite");
    const scaled = matrix.map((v) => v * perUnit);
    return [scaled.slice(0, 4), scaled.slice(4, 8), scaled.slice(8, 12)];
  };
  if (fields.sformCode > 0) return { affine: rows(fields.srow), affineFrom: "sform" };
  const [, dx, dy, dz] = fields.pixdim as [number, number, number, number];
  if (fields.qformCode > 0) return { affine: rows(qformMatrix(fields)), affineFrom: "qform" };
  return { affine: rows([dx, 0, 0, 0, 0, dy, 0, 0, 0, 0, dz, 0]), affineFrom: "pixdim" };
}

/** The affine that a quaternion and pixdim stand for. @see nifti1.h, "METHOD 2" */
function qformMatrix({ quaternion, pixdim }: Fields): number[] {
  const [b, c, d, x, y, z] = quaternion as [number, number, number, number, number, number];
  const norm = b * b + c * c + d * d;
  if (norm > 1.0001) throw malformed(`its quaternion has a vector part of squared length ${norm}`);
  const a = Math.sqrt(Math.max(1 - norm, 0));
  const [qfac, dx, dy, dz] = pixdim as [number, number, number, number];
  const dk = qfac < 0 ? -dz : dz;
  return [
    ...[(a * a + b * b - c * c - d * d) * dx, 2 * (b * c - a * d) * dy, 2 * (b * d + a * c) * dk, x],
    ...[2 * (b * c + a * d) * dx, (a * a + c * c - b * b - d * d) * dy, 2 * (c * d - a * b) * dk, y],
    ...[2 * (b * d - a * c) * dx, 2 * (c * d + a * b) * dy, (a * a + d * d - b * b - c * c) * dk, z],
  ];
}

/** Spatial units: metres and micrometres are converted, everything else is taken as mm. */
function mmPerUnit(units: number): number {
  const spatial = units & 7;
  return spatial === 1 ? 1000 : spatial === 3 ? 0.001 : 1;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function malformed(message: string): HemacastError {
  return new HemacastError("NIFTI_MALFORMED", message);
}
