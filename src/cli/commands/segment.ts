/** `hemacast segment`: the mask of the hematoma as NIfTI. */

import { openSegmenter } from "../../pipeline/open-segmenter.ts";
import { type SegmentCaseResult, segmentCase } from "../../pipeline/segment-case.ts";
import { defaultSegmenterName } from "../../pipeline/segmenter-bundle.ts";
import type { RegisterCommand } from "../register-command.ts";
import { note, printJson, printText, showProgress } from "../terminal.ts";

interface SegmentFlags {
  readonly out: string;
  readonly segmenter: string;
  readonly flips?: boolean;
  readonly probability?: string;
  readonly json?: boolean;
  readonly series?: string;
}

const help = `
<input> is a DICOM folder, a zip of one, a DICOM file, or NIfTI (.nii, .nii.gz).
A mask without hematoma is written too; the findings say why it is empty.

Examples:
  hemacast segment ./study --out mask.nii.gz
  hemacast segment study.zip --out mask.nii.gz --json > segment.json
  hemacast segment ct/ --out mask.nii.gz --segmenter fold-1/bundle,fold-2/bundle --flips`;

/** Adds `segment`. */
export const registerSegment: RegisterCommand = (program) => {
  program
    .command("segment <input>")
    .description("outline the hematoma in a head CT and write the mask")
    .requiredOption("--out <file>", "where the mask goes (.nii or .nii.gz)")
    .option(
      "--segmenter <name|folder>",
      "a shipped network, the folder of another, several with commas (averaged), or threshold",
      defaultSegmenterName,
    )
    .option("--flips", "average with the mirrored head: twice the time of the network")
    .option("--probability <file>", "also write the probability of each voxel, from segmenters that have one")
    .option("--json", "print one JSON document")
    .option("--series <UID>", "read this SeriesInstanceUID instead of the one that the rules choose")
    .addHelpText("after", help)
    .action(async (input: string, flags: SegmentFlags) => {
      const progress = showProgress();
      try {
        const segmenter = await openSegmenter(flags.segmenter, { mirrored: flags.flips ?? false });
        const result = await segmentCase(input, segmenter.segment, {
          maskFile: flags.out,
          probabilityFile: flags.probability,
          seriesInstanceUID: flags.series,
          onProgress: progress.onProgress,
        }).finally(() => segmenter.release());
        progress.stop();
        if (flags.json) return printJson(result);
        for (const finding of result.findings) note(`${finding.severity} ${finding.code}: ${finding.message}`);
        printText(segmentText(result, flags.out));
      } finally {
        progress.stop();
      }
    });
};

/**
 * The result on one screen.
 *
 * @param maskFile where the mask was written
 */
export function segmentText({ hematoma, segmenter }: SegmentCaseResult, maskFile: string): string {
  const where = `mask: ${maskFile} (segmenter ${segmenter.name} ${segmenter.version})`;
  if (hematoma.volumeMl === 0) return `no hematoma found\n${where}`;
  const parts = hematoma.componentsMl.length === 1 ? "1 part" : `${hematoma.componentsMl.length} parts`;
  return `hematoma: ${hematoma.volumeMl.toFixed(1)} mL on ${hematoma.slices} slices, ${parts}\n${where}`;
}
