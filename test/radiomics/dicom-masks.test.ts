import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HemacastError } from "../../src/core/errors.ts";
import { createRandom } from "../../src/core/random.ts";
import { type MaskPlane, stackPlanes } from "../../src/dicom/mask-planes.ts";
import { evenOdd } from "../../src/dicom/structure-set.ts";
import { type WritableElement, writePart10 } from "../../src/dicom/write-dataset.ts";
import type { Vec3 } from "../../src/math/vec3.ts";
import { type DicomMaskOptions, readDicomMask } from "../../src/pipeline/radiomics-dicom-mask.ts";
import { type Geometry, indexToLps } from "../../src/volume/geometry.ts";

const [nx, ny, nz] = [9, 7, 6] as const;
const image: Geometry = {
  size: [nx, ny, nz],
  spacing: [0.5, 0.5, 4],
  origin: [-20, -30, 40],
  direction: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  frameOfReferenceUID: "1.2.3",
};
const index = (i: number, j: number, k: number): number => i + nx * (j + ny * k);

/** Two regions that overlap: a block on slices 1 to 3, and an edge of it. */
const hematoma = Uint8Array.from({ length: nx * ny * nz }, (_, v) => {
  const [i, j, k] = [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
  return i >= 2 && i <= 6 && j >= 1 && j <= 3 + (k % 2) && k >= 1 && k <= 3 ? 1 : 0;
});
const edema = hematoma.map((one, v) => (one === 1 && v % nx > 4 ? 1 : 0));

const common: readonly WritableElement[] = [
  ["SOPInstanceUID", "UI", "1.2.3.4"],
  ["Modality", "CS", "SEG"],
  ["FrameOfReferenceUID", "UI", "1.2.3"],
];

interface SegOptions {
  readonly shiftMm?: number;
  readonly type?: "BINARY" | "FRACTIONAL" | "LABELMAP";
  readonly reversed?: boolean;
  readonly frame?: string;
  readonly dropBytes?: number;
}

/** A segmentation object as it is usually written: frames only where a segment has voxels, segment after segment. */
function segmentation({
  shiftMm = 0,
  type = "BINARY",
  reversed = false,
  frame = "1.2.3",
  dropBytes = 0,
}: SegOptions = {}): Uint8Array {
  const slices = [1, 2, 3];
  const frames = (type === "LABELMAP" ? [hematoma] : [hematoma, edema]).flatMap((mask, s) =>
    slices.map((k) => ({ segment: s + 1, k, pixels: mask.slice(index(0, 0, k), index(0, 0, k + 1)) })),
  );
  const values = frames.flatMap(({ pixels }) => {
    const inOrder = reversed
      ? Array.from({ length: ny }, (_, j) => [...pixels.slice(j * nx, (j + 1) * nx)].reverse()).flat()
      : [...pixels];
    return type === "FRACTIONAL" ? inOrder.map((one) => (one === 1 ? 128 : 100)) : inOrder;
  });
  const bits = type === "BINARY" ? 1 : 8;
  const bytes = new Uint8Array(Math.ceil((values.length * bits) / 8));
  values.forEach((value, p) => {
    if (bits === 8) bytes[p] = value;
    else if (value === 1) bytes[p >> 3] = (bytes[p >> 3] as number) | (1 << (p & 7));
  });
  const position = (k: number): Vec3 => indexToLps(image, [reversed ? nx - 1 : 0, 0, k]);
  return writePart10([
    ...common.filter(([name]) => name !== "FrameOfReferenceUID"),
    ["FrameOfReferenceUID", "UI", frame],
    ["SOPClassUID", "UI", type === "LABELMAP" ? "1.2.840.10008.5.1.4.1.1.66.7" : "1.2.840.10008.5.1.4.1.1.66.4"],
    ["SegmentationType", "CS", type],
    ["MaximumFractionalValue", "US", 255],
    ["Rows", "US", ny],
    ["Columns", "US", nx],
    ["BitsAllocated", "US", bits],
    ["NumberOfFrames", "IS", frames.length],
    [
      "SegmentSequence",
      "SQ",
      ["Hematoma", "Edema"].map(
        (label, s) =>
          [
            ["SegmentNumber", "US", s + 1],
            ["SegmentLabel", "LO", label],
          ] as WritableElement[],
      ),
    ],
    [
      "SharedFunctionalGroupsSequence",
      "SQ",
      [
        [
          ["PixelMeasuresSequence", "SQ", [[["PixelSpacing", "DS", [0.5, 0.5]]]]],
          ["PlaneOrientationSequence", "SQ", [[["ImageOrientationPatient", "DS", [reversed ? -1 : 1, 0, 0, 0, 1, 0]]]]],
        ],
      ],
    ],
    [
      "PerFrameFunctionalGroupsSequence",
      "SQ",
      frames.map(({ segment, k }): WritableElement[] => {
        const [x, y, z] = position(k);
        return [
          ["PlanePositionSequence", "SQ", [[["ImagePositionPatient", "DS", [x + shiftMm, y, z]]]]],
          ["SegmentIdentificationSequence", "SQ", [[["ReferencedSegmentNumber", "US", segment]]]],
        ];
      }),
    ],
    ["PixelData", "OB", bytes.slice(0, bytes.length - dropBytes)],
  ]);
}

/** A structure set with the given contours in voxel indices of the image, as region 5 "ICH". */
function structureSet(contours: readonly (readonly Vec3[])[], frame = "1.2.3"): Uint8Array {
  return writePart10([
    ...common,
    ["SOPClassUID", "UI", "1.2.840.10008.5.1.4.1.1.481.3"],
    [
      "StructureSetROISequence",
      "SQ",
      [
        [
          ["ROINumber", "IS", 5],
          ["ReferencedFrameOfReferenceUID", "UI", frame],
          ["ROIName", "LO", "ICH"],
        ],
      ],
    ],
    [
      "ROIContourSequence",
      "SQ",
      [
        [
          ["ReferencedROINumber", "IS", 5],
          [
            "ContourSequence",
            "SQ",
            contours.map((points): WritableElement[] => [
              ["ContourGeometricType", "CS", "CLOSED_PLANAR"],
              ["ContourData", "DS", points.flatMap((point) => [...indexToLps(image, point)])],
            ]),
          ],
        ],
      ],
    ],
  ]);
}

const read = (bytes: Uint8Array, more: Partial<DicomMaskOptions> = {}) =>
  readDicomMask(
    { name: "mask.dcm", sizeBytes: bytes.length, read: async () => bytes, start: async () => bytes.subarray(0, 1024) },
    { label: 1, image, resample: false, ...more },
  );

describe("a segmentation object", () => {
  it("gives each segment by number and by name, overlapping or not", async () => {
    expect((await read(segmentation())).mask.inside).toEqual(hematoma);
    expect((await read(segmentation(), { label: 2 })).mask.inside).toEqual(edema);
    expect((await read(segmentation(), { label: "EDEMA" })).mask.inside).toEqual(edema);
  });

  it("is turned to the image's axes without interpolation", async () => {
    expect((await read(segmentation({ reversed: true }))).mask.inside).toEqual(hematoma);
  });

  it("may be a label map, or fractions of which a half counts, which is told", async () => {
    expect((await read(segmentation({ type: "LABELMAP" }))).mask.inside).toEqual(hematoma);
    const { mask, findings } = await read(segmentation({ type: "FRACTIONAL" }));
    expect(mask.inside).toEqual(hematoma);
    expect(findings[0]?.code).toBe("SEGMENTATION_CUT_AT_HALF");
  });

  it("names the segments that are there when another is asked for", async () => {
    await expect(read(segmentation(), { label: 7 })).rejects.toThrow(
      /no segment "7"; it has 1 \(Hematoma\), 2 \(Edema\)/,
    );
  });

  it("on another grid is refused with the distance, and resampled only on request", async () => {
    await expect(read(segmentation({ shiftMm: 0.2 }))).rejects.toThrow(
      /0\.200 mm from the nearest voxel.*--resample-mask/,
    );
    const { mask } = await read(segmentation({ shiftMm: 0.2 }), { resample: true });
    expect(mask.inside).toEqual(hematoma);
    await expect(read(segmentation({ frame: "9.9" }), { resample: true })).rejects.toThrow(/FrameOfReferenceUIDs/);
    await expect(read(segmentation({ shiftMm: 500 }))).rejects.toThrow(/outside of the image/);
  });

  it("whose planes would need a stack without end is refused, whatever the file asks for", () => {
    const plane = (z: number): MaskPlane => ({
      ...{ columns: 64, rows: 64, column: [1, 0, 0], row: [0, 1, 0] },
      ...{ origin: [0, 0, z], inside: new Uint8Array(64 * 64).fill(1) },
    });
    expect(() => stackPlanes([plane(0), plane(0.02), plane(1e6)])).toThrowCode("INPUT_TOO_LARGE");
    expect(stackPlanes([plane(0), plane(2), plane(6)]).geometry.size).toEqual([64, 64, 4]);
  });

  it("with too few pixels is refused", async () => {
    await expect(read(segmentation({ dropBytes: 4 }))).rejects.toMatchObject({ code: "DICOM_MALFORMED" });
  });

  it("that is damaged anywhere gives a coded error or a mask, never anything else", async () => {
    const random = createRandom(3);
    const whole = segmentation();
    for (let n = 0; n < 300; n++) {
      const bytes = whole.slice(0, n % 3 === 0 ? random.integer(whole.length) : whole.length);
      for (let damage = 0; damage < 4; damage++) bytes[random.integer(bytes.length || 1)] = random.integer(256);
      const thrown = await read(bytes).then(
        () => null,
        (error) => error,
      );
      if (thrown !== null) expect(thrown).toBeInstanceOf(HemacastError);
    }
  });
});

describe("a structure set", () => {
  const square = (low: number, high: number, k: number): Vec3[] => [
    [low, low, k],
    [high, low, k],
    [high, high, k],
    [low, high, k],
  ];

  it("is filled slice by slice, a contour within another being a hole", async () => {
    const bytes = structureSet([square(0.5, 5.5, 2), square(1.5, 3.5, 2), square(2.5, 4.5, 3)]);
    const { mask } = await read(bytes, { label: "ich" });
    expect(mask.inside.reduce((sum, one) => sum + one, 0)).toBe(25 - 4 + 4);
    expect([mask.inside[index(1, 1, 2)], mask.inside[index(2, 2, 2)], mask.inside[index(3, 3, 3)]]).toEqual([1, 0, 1]);
  });

  it("between the slices is refused with the distance, and takes the nearest slice only on request", async () => {
    const bytes = structureSet([square(0.5, 2.5, 1.25)]);
    await expect(read(bytes, { label: 5 })).rejects.toThrow(/1\.000 mm from the nearest slice.*--resample-mask/);
    const { mask } = await read(bytes, { label: 5, resample: true });
    expect(mask.inside[index(1, 1, 1)]).toBe(1);
  });

  it("of another frame of reference, as another patient's, is refused", async () => {
    const bytes = structureSet([square(0.5, 2.5, 1)], "9.9");
    await expect(read(bytes, { label: 5, resample: true })).rejects.toThrow(/FrameOfReferenceUIDs/);
  });

  it("of another region or without one is refused", async () => {
    await expect(read(structureSet([square(1, 3, 1)]))).rejects.toThrow(/no region "1"; it has 5 \(ICH\)/);
    await expect(read(structureSet([]), { label: 5 })).rejects.toMatchObject({ code: "MASK_EMPTY" });
  });

  it("fills polygons as the slow twin does: a ray from each centre meets an odd number of edges", () => {
    const random = createRandom(11);
    for (let n = 0; n < 20; n++) {
      const polygons = Array.from({ length: 1 + (n % 3) }, () =>
        Array.from({ length: 3 + random.integer(9) }, (): [number, number] => [
          20 * random.uniform() - 2,
          20 * random.uniform() - 2,
        ]),
      );
      const filled = evenOdd(polygons, 16, 16);
      filled.forEach((one, p) => {
        const [x, y] = [p % 16, Math.floor(p / 16)];
        let crossings = 0;
        for (const corners of polygons) {
          corners.forEach(([x1, y1], c) => {
            const [x0, y0] = corners[(c + 1) % corners.length] as [number, number];
            if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) crossings++;
          });
        }
        expect(one, `${x}, ${y}`).toBe(crossings % 2);
      });
    }
  });
});

describe("files that dcmtk 3.6.7 made (dump2dcm +te | +ti test/reference/dicom-masks/*.dump)", () => {
  const made = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/reference/dicom-masks/${name}.dcm`));
  const inside = (mask: { inside: Uint8Array }): number[] =>
    [...mask.inside.keys()].filter((v) => mask.inside[v] === 1);

  it.each(["seg-explicit", "seg-implicit"])("%s: frames of 12 bits follow each other without a gap", async (name) => {
    const { mask } = await read(made(name), { label: "intracerebral hemorrhage" });
    // Bytes 66 00 8f, lowest bit first: 0110 0110 0000 and 0000 1111 0001, four columns, from voxel (1, 1) of slices 1 and 2.
    const first = [1, 2].flatMap((j) => [2, 3].map((i) => index(i, j, 1)));
    const second = [...[1, 2, 3, 4].map((i) => index(i, 2, 2)), index(4, 3, 2)];
    expect(inside(mask)).toEqual([...first, ...second]);
  });

  it("rt: a contour half a voxel around 4 x 2 voxels holds these", async () => {
    const { mask } = await read(made("rt"), { label: "ICH" });
    expect(inside(mask)).toEqual([1, 2].flatMap((j) => [1, 2, 3, 4].map((i) => index(i, j, 1))));
  });
});

it("another DICOM object is refused by its modality", async () => {
  const bytes = writePart10([
    ...common.filter(([name]) => name !== "Modality"),
    ["Modality", "CS", "SR"],
    ["SOPClassUID", "UI", "1.2.3"],
  ]);
  await expect(read(bytes)).rejects.toThrow(/modality SR/);
});
