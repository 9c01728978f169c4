/** What is said about a DICOM series and its neighbours in the same input: plain data, safe to print. No free text of the file enters it. */

/** A series that was found beside the chosen one, and why it was not taken. */
export interface OtherSeries {
  readonly seriesInstanceUID: string;
  readonly modality: string;
  readonly imageCount: number;
  readonly reason: string;
}

/** The series that was read. UIDs and technique; nothing that names a person. */
export interface SeriesDescription {
  readonly studyInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly modality: string;
  /** Images (frames, for a multi-frame object) that became slices. */
  readonly imageCount: number;
  readonly transferSyntaxUIDs: readonly string[];
  /** Why this series: the rule that decided. */
  readonly chosenBecause: string;
  readonly otherSeries: readonly OtherSeries[];
  readonly contrastAgent: boolean;
  readonly manufacturer?: string;
  readonly convolutionKernel?: string;
  readonly kvp?: number;
  /** SliceThickness as the file declares it; the volume never uses it where there are two slices or more. */
  readonly declaredSliceThicknessMm?: number;
}
