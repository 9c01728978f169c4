/** `hemacast compare`: what has grown between two head CTs of one patient, and how sure that is. */
import { join } from "node:path";
import { HemacastError } from "../../core/errors.ts";
import { requireComparisonFolder, writeComparison } from "../../pipeline/compare-output.ts";
import { compareScans } from "../../pipeline/compare-scans.ts";
import { openSegmenter } from "../../pipeline/open-segmenter.ts";
import { readCt } from "../../pipeline/read-input.ts";
import { defaultSegmenterName } from "../../pipeline/segmenter-bundle.ts";
import type { Comparison } from "../../report/compare-document.ts";
import { registerSkulls } from "../../volume/registration-skull.ts";
import type { RegisterCommand } from "../register-command.ts";
import { printJson, printText, showProgress } from "../terminal.ts";

interface CompareFlags {
  readonly out: string;
  readonly json?: boolean;
  readonly segmenter: string;
  readonly baselineHours?: number;
  readonly followupHours?: number;
}

const help = `
<baseline> and <followup> are each a DICOM folder, a zip of one, a DICOM file, or NIfTI (.nii, .nii.gz); the earlier scan comes first.
Times are taken from DICOM where it has them; hours from onset are needed for the ultra-early growth rate.

Examples:
  hemacast compare ./day0 ./day1
  hemacast compare day0.nii.gz day1.nii.gz --baseline-hours 2.5 --followup-hours 26
  hemacast compare day0.zip day1.zip --out growth --json > comparison.json`;

/** Adds `compare`. */
export const registerCompare: RegisterCommand = (program) => {
  program
    .command("compare <baseline> <followup>")
    .description("measure the growth of a hematoma between two scans, with the probability that it is real")
    .option("--out <folder>", "where report.html, comparison.json and the masks go", "hemacast-compare")
    .option("--json", "print comparison.json on stdout, and nothing else there")
    .option(
      "--segmenter <name|folder>",
      "what draws both hematomas: a shipped network, the folder of another, or threshold",
      defaultSegmenterName,
    )
    .option("--baseline-hours <hours>", "hours from onset to the baseline scan", hours)
    .option("--followup-hours <hours>", "hours from onset to the follow-up scan", hours)
    .addHelpText("after", help)
    .action(async (baselinePath: string, followUpPath: string, flags: CompareFlags) => {
      const progress = showProgress();
      try {
        await requireComparisonFolder(flags.out);
        const reading = { onProgress: progress.onProgress };
        const baseline = await readCt(baselinePath, reading);
        const followUp = await readCt(followUpPath, reading);
        const segmenter = await openSegmenter(flags.segmenter);
        const result = await compareScans(baseline, followUp, {
          segmenter: segmenter.segment,
          register: registerSkulls,
          ...(flags.baselineHours === undefined ? {} : { baselineHours: flags.baselineHours }),
          ...(flags.followupHours === undefined ? {} : { followUpHours: flags.followupHours }),
          onProgress: progress.onProgress,
        }).finally(() => segmenter.release());
        const comparison = await writeComparison(flags.out, result, baseline.volume);
        progress.stop();
        if (flags.json) printJson(comparison);
        else printText(comparisonSummary(comparison, join(flags.out, "report.html")));
      } finally {
        progress.stop();
      }
    });
};

function hours(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1000)) {
    throw new HemacastError("ARGUMENT_INVALID", `hours from onset must be a number from 0 to 1000, got "${text}"`);
  }
  return value;
}

/**
 * The result on one screen.
 *
 * @param reportFile where the report was written
 */
export function comparisonSummary(comparison: Comparison, reportFile: string): string {
  const { baseline, followUp, growth, findings } = comparison;
  const [conventional] = growth.definitions;
  const percent = growth.percent === null ? "no hematoma at baseline" : `${growth.percent.toFixed(0)} %`;
  return [
    `baseline    ${baseline.volumeMl.toFixed(1)} mL (SD ${baseline.volumeSdMl.toFixed(1)})`,
    `follow-up   ${followUp.volumeMl.toFixed(1)} mL (SD ${followUp.volumeSdMl.toFixed(1)})`,
    `growth      ${growth.ml.toFixed(1)} mL (${percent}); changes below ${growth.minimumDetectableChangeMl.toFixed(1)} mL may be measurement error`,
    `expansion   ${conventional.label} by >= 6 mL or >= 33 %, probability ${(100 * conventional.probability).toFixed(0)} %`,
    ...findings.filter((f) => f.severity === "warning").map((f) => `warning     ${f.code}: ${f.message}`),
    `report      ${reportFile}`,
    "Research use only, not for clinical decisions.",
  ].join("\n");
}
