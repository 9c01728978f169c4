/** An enhanced (multi-frame) CT object for tests, with what differs between frames in per-frame functional groups. */
import type { CtSeriesToWrite, DicomFile } from "../../src/dicom/write-ct.ts";
import { type WritableElement, writePart10 } from "../../src/dicom/write-dataset.ts";

/** All slices of a series as one object; the frames in the order given, slices by default. */
export function enhancedCt(
  series: CtSeriesToWrite,
  order: readonly number[] = series.slices.map((_, k) => k),
  extra: readonly WritableElement[] = [],
): DicomFile {
  const frames = order.map((k) => series.slices[k] as CtSeriesToWrite["slices"][number]);
  const pixels = new Int16Array(frames.length * series.columns * series.rows);
  frames.forEach((slice, n) => void pixels.set(slice.hu, n * series.columns * series.rows));
  const elements: WritableElement[] = [
    ["SOPClassUID", "UI", "1.2.840.10008.5.1.4.1.1.2.1"],
    ["SOPInstanceUID", "UI", "2.25.1001"],
    ["Modality", "CS", "CT"],
    ["PatientID", "LO", series.participantId],
    ["StudyInstanceUID", "UI", "2.25.1002"],
    ["SeriesInstanceUID", "UI", "2.25.1003"],
    ["FrameOfReferenceUID", "UI", "2.25.1004"],
    ["SamplesPerPixel", "US", 1],
    ["PhotometricInterpretation", "CS", "MONOCHROME2"],
    ["NumberOfFrames", "IS", frames.length],
    ["Rows", "US", series.rows],
    ["Columns", "US", series.columns],
    ["BitsAllocated", "US", 16],
    ["BitsStored", "US", 16],
    ["HighBit", "US", 15],
    ["PixelRepresentation", "US", 1],
    [
      "SharedFunctionalGroupsSequence",
      "SQ",
      [
        [
          [
            "PixelMeasuresSequence",
            "SQ",
            [
              [
                ["PixelSpacing", "DS", series.pixelSpacing],
                ["SliceThickness", "DS", series.sliceThicknessMm],
              ],
            ],
          ],
          [
            "PlaneOrientationSequence",
            "SQ",
            [[["ImageOrientationPatient", "DS", [...series.rowAxis, ...series.columnAxis]]]],
          ],
          ["CTImageFrameTypeSequence", "SQ", [[["FrameType", "CS", "ORIGINAL\\PRIMARY\\VOLUME\\NONE"]]]],
        ],
      ],
    ],
    [
      "PerFrameFunctionalGroupsSequence",
      "SQ",
      frames.map((slice, n): WritableElement[] => [
        ["PlanePositionSequence", "SQ", [[["ImagePositionPatient", "DS", slice.position]]]],
        [
          "PixelValueTransformationSequence",
          "SQ",
          [
            [
              ["RescaleIntercept", "DS", n % 2 === 0 ? 0 : 10],
              ["RescaleSlope", "DS", 1],
            ],
          ],
        ],
      ]),
    ],
    [
      "PixelData",
      "OW",
      new Uint8Array(pixels.map((v, p) => v - (Math.floor(p / (series.columns * series.rows)) % 2 ? 10 : 0)).buffer),
    ],
  ];
  const replaced = new Set(extra.map(([keyword]) => keyword));
  return {
    fileName: "enhanced.dcm",
    bytes: writePart10([...elements.filter(([keyword]) => !replaced.has(keyword)), ...extra]),
  };
}
