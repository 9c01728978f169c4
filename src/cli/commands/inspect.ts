/** `hemacast inspect`: what an input is, how its slices lie, what was corrected, and what to be careful about. */
import { basename } from "node:path";
import type { Finding } from "../../core/finding.ts";
import type { SeriesDescription } from "../../dicom/series-description.ts";
import { type CtInput, type GridDescription, readCt } from "../../pipeline/read-input.ts";
import { gapRuns } from "../../volume/slice-stack.ts";
import type { RegisterCommand } from "../register-command.ts";
import { printJson, printText, showProgress } from "../terminal.ts";

/** Findings that say what was changed on the way in; the others are for the reader to judge. */
const corrections = new Set([
  "GANTRY_TILT_CORRECTED",
  "DUPLICATES_DROPPED",
  "LOCALIZER_DROPPED",
  "PADDING_REPLACED",
  "ORIENTATION_SET_UPRIGHT",
  "FILES_SKIPPED",
]);

/** Adds `inspect`. */
export const registerInspect: RegisterCommand = (program) => {
  program
    .command("inspect <input>")
    .description("print the geometry of a CT, what was corrected when reading it, and what is suspicious")
    .option("--json", "print one JSON document")
    .option("--series <UID>", "read this SeriesInstanceUID instead of the one that the rules choose")
    .addHelpText(
      "after",
      "\n<input> is a DICOM folder, a zip of one, a DICOM file, or NIfTI (.nii, .nii.gz).\n\nExamples:\n  hemacast inspect ./study\n  hemacast inspect study.zip --json\n  hemacast inspect ./study --series 1.2.840.113619.2.1",
    )
    .action(async (input: string, options: { json?: boolean; series?: string }) => {
      const progress = showProgress();
      try {
        const read = await readCt(input, { seriesInstanceUID: options.series, onProgress: progress.onProgress });
        progress.stop();
        if (options.json) printJson(inspectionJson(input, read));
        else printText(inspectionText(input, read));
      } finally {
        progress.stop();
      }
    });
};

/** The JSON document of `inspect`. */
export function inspectionJson(input: string, read: CtInput) {
  const { format, series, grid } = read.description;
  return {
    schema: "hemacast/inspect/1",
    input: { name: basename(input), format },
    series: series ?? null,
    geometry: {
      ...grid,
      origin: read.volume.geometry.origin,
      direction: read.volume.geometry.direction,
      slices: read.volume.sources,
    },
    corrections: read.findings.filter((finding) => corrections.has(finding.code)),
    findings: read.findings.filter((finding) => !corrections.has(finding.code)),
  };
}

/** The same for people: one screen. */
export function inspectionText(input: string, read: CtInput): string {
  const { format, series, grid } = read.description;
  const corrected = read.findings.filter((finding) => corrections.has(finding.code));
  const open = read.findings.filter((finding) => !corrections.has(finding.code));
  return [
    `${basename(input)}: ${format}`,
    ...(series ? seriesLines(series) : []),
    ...gridLines(grid),
    "",
    ...findingLines("corrected", corrected, "nothing"),
    ...findingLines("to look at", open, "nothing suspicious"),
  ].join("\n");
}

function seriesLines(series: SeriesDescription): string[] {
  const { manufacturer, convolutionKernel, kvp, declaredSliceThicknessMm } = series;
  const technique = [
    manufacturer,
    convolutionKernel && `kernel ${convolutionKernel}`,
    kvp && `${kvp} kV`,
    declaredSliceThicknessMm !== undefined && `declared slice thickness ${declaredSliceThicknessMm} mm`,
    series.contrastAgent ? "with contrast agent" : "no contrast agent",
  ].filter(Boolean);
  return [
    row("series", series.seriesInstanceUID || "(no UID)"),
    row("chosen", `${series.chosenBecause}; ${series.imageCount} slices`),
    row("technique", technique.join(", ")),
    row("transfer", series.transferSyntaxUIDs.join(", ")),
    ...series.otherSeries.map((other) =>
      row(
        "not taken",
        `${other.seriesInstanceUID || "(no UID)"} (${other.modality || "?"}, ${other.imageCount} images): ${other.reason}`,
      ),
    ),
  ];
}

function gridLines(grid: GridDescription): string[] {
  const [i, j] = grid.shiftPx[grid.shiftPx.length - 1] ?? [0, 0];
  return [
    row("grid", `${grid.size.join(" x ")} voxels`),
    row("pixels", `${grid.pixelSpacingMm.map((mm) => mm.toFixed(4)).join(" x ")} mm`),
    row(
      "gaps",
      grid.gapsMm.length === 0 ? "one slice" : `${gapRuns(grid.gapsMm)} mm${grid.uniformGaps ? "" : " (they vary)"}`,
    ),
    row(
      "tilt",
      `${grid.tiltDegrees.toFixed(2)} degrees; last slice shifted by ${i.toFixed(2)} columns, ${j.toFixed(2)} rows`,
    ),
    row("rounding", `at most ${grid.largestRoundingMm.toFixed(3)} mm`),
  ];
}

function findingLines(title: string, findings: readonly Finding[], none: string): string[] {
  if (findings.length === 0) return [row(title, none)];
  return findings.map(({ code, message }, n) => row(n === 0 ? title : "", `${code}: ${message}`));
}

function row(name: string, text: string): string {
  return `  ${name.padEnd(11)} ${text}`;
}
