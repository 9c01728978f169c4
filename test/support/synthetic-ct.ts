/** CT series made for tests: a head of air, skull and brain scanned with any orientation, tilt and gaps, as DICOM files in memory. */
import { type CtSeriesToWrite, type DicomFile, writeCtSeries } from "../../src/dicom/write-ct.ts";
import type { WritableElement } from "../../src/dicom/write-dataset.ts";
import { add, scale, type Vec3 } from "../../src/math/vec3.ts";
import type { InputFile } from "../../src/pipeline/input-files.ts";

/** How a series is scanned. */
export interface SyntheticScan {
  readonly columns?: number;
  readonly rows?: number;
  readonly pixelMm?: number;
  /** Position of each slice along the table, in mm; by default 12 slices 5 mm apart. */
  readonly tableMm?: readonly number[];
  readonly rowAxis?: Vec3;
  readonly columnAxis?: Vec3;
  /** Direction in which the table moves: another one than the normal is a tilted gantry. */
  readonly tableAxis?: Vec3;
  /** Position of the first slice's first pixel. */
  readonly origin?: Vec3;
  /** HU at a point in LPS mm; rounded. */
  readonly huAt?: (point: Vec3) => number;
  readonly series?: Partial<CtSeriesToWrite>;
}

/** A scan as a series to write. */
export function syntheticSeries(scan: SyntheticScan = {}): CtSeriesToWrite {
  const { columns = 24, rows = 20, pixelMm = 2 } = scan;
  const { rowAxis = [1, 0, 0], columnAxis = [0, 1, 0], tableAxis = [0, 0, 1], origin = [-24, -20, -30] } = scan;
  const tableMm = scan.tableMm ?? Array.from({ length: 12 }, (_, k) => 5 * k);
  const huAt = scan.huAt ?? headHu;
  const slices = tableMm.map((mm) => {
    const position = add(origin, scale(tableAxis, mm));
    const hu = new Int16Array(columns * rows);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const along = add(scale(rowAxis, column * pixelMm), scale(columnAxis, row * pixelMm));
        hu[column + columns * row] = Math.round(huAt(add(position, along)));
      }
    }
    return { position, hu };
  });
  return {
    columns,
    rows,
    pixelSpacing: [pixelMm, pixelMm],
    rowAxis,
    columnAxis,
    sliceThicknessMm: 5,
    slices,
    participantId: "SIM-0001",
    seed: 1,
    ...scan.series,
  };
}

/** Air around skull around brain; the value also tells the position apart, so that exchanged voxels are noticed. */
export function headHu([x, y, z]: Vec3): number {
  const radius = Math.hypot(x / 18, y / 16, (z - 0) / 40);
  if (radius > 1.15) return -1000 + (Math.abs(Math.round(3 * x + 5 * y + 7 * z)) % 20);
  if (radius > 1) return 900 + (Math.abs(Math.round(x + y + z)) % 50);
  return 20 + (Math.abs(Math.round(3 * x + 5 * y + 7 * z)) % 40);
}

/** Files in memory as the reader takes them. */
export function inMemory(files: readonly DicomFile[]): InputFile[] {
  return files.map(({ fileName, bytes }) => ({
    name: fileName,
    sizeBytes: bytes.length,
    read: async () => bytes,
    start: async () => bytes.subarray(0, 1024),
  }));
}

/** The files of a scan, with elements replaced or added to every slice. */
export function syntheticFiles(scan: SyntheticScan = {}, extra: readonly WritableElement[] = []): InputFile[] {
  return inMemory(writeCtSeries({ ...syntheticSeries(scan), extra }));
}
