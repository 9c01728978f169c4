/** `hemacast predict`: from a head CT to a report, in one command. */
import { join } from "node:path";
import { type Command, Option } from "commander";
import { openCase } from "../../pipeline/case-images.ts";
import { clinicalNames, readClinicalValues } from "../../pipeline/clinical-values.ts";
import { openSegmenter } from "../../pipeline/open-segmenter.ts";
import { predictCase } from "../../pipeline/predict-case.ts";
import { openRiskModelAside } from "../../pipeline/risk-model-thread.ts";
import { defaultSegmenterName } from "../../pipeline/segmenter-bundle.ts";
import { requirePredictionFolder, writePrediction } from "../../pipeline/write-prediction.ts";
import { predictionSummary } from "../prediction-summary.ts";
import { printJson, printText, showProgress } from "../terminal.ts";

interface PredictFlags {
  readonly out: string;
  readonly json?: boolean;
  readonly model: readonly string[];
  readonly segmenter: string;
  readonly flips?: boolean;
  readonly clinical?: string;
  readonly set: readonly string[];
  readonly series?: string;
}

/** The shipped models that were fitted to outcomes of real patients. */
const defaultModels: readonly string[] = ["markers-794", "shape-contest-100"];

const help = `
Clinical values (--set name=value, or a JSON object in --clinical FILE); what is not given is reported as a range:
${clinicalNames.map(({ name, meaning }) => `  ${name.padEnd(27)} ${meaning}`).join("\n")}

Examples:
  hemacast predict                                  a simulated study: shows what the report looks like
  hemacast predict ct/ --set gcs=12 --set hoursFromOnset=2.5 --set warfarin=false
  hemacast predict ct.zip --out results --json > prediction.json
  hemacast predict head.nii.gz --clinical clinical.json
  hemacast predict ct/ --model markers-794 --model lu2024-simulated     beside an image model, trained on SIMULATED outcomes`;

/** Adds the command. */
export function registerPredict(program: Command): void {
  program
    .command("predict")
    .description("segment the hematoma, measure it, and predict the risk that it expands")
    .argument("[input]", "DICOM folder, zip or file, or NIfTI (.nii, .nii.gz); without one, a simulated study")
    .option("--out <folder>", "where report.html, prediction.json and mask.nii.gz go", "hemacast-out")
    .option("--json", "print prediction.json on stdout, and nothing else there")
    .addOption(
      new Option("--model <name|folder>", "a risk model: a shipped bundle or a folder; may be repeated")
        .argParser((value, all: readonly string[]) => [...all, value])
        .default([], defaultModels.join(" and ")),
    )
    .option(
      "--segmenter <name|folder>",
      "what draws the hematoma: a shipped network, the folder of another, several with commas (averaged), or threshold",
      defaultSegmenterName,
    )
    .option("--flips", "average the outline with that of the mirrored head: twice the time of the network")
    .option("--clinical <file>", "JSON object of clinical values")
    .addOption(
      new Option("--set <name=value>", "one clinical value; may be repeated")
        .argParser((value, all: readonly string[]) => [...all, value])
        .default([], "none"),
    )
    .option("--series <uid>", "SeriesInstanceUID to read, where the input holds several")
    .addHelpText("after", help)
    .action(async (input: string | undefined, flags: PredictFlags) => run(input, flags));
}

async function run(input: string | undefined, flags: PredictFlags): Promise<void> {
  const progress = showProgress();
  const opened: { release(): Promise<void> }[] = [];
  try {
    const clinical = await readClinicalValues(flags.clinical, flags.set);
    const models = await Promise.all((flags.model.length > 0 ? flags.model : defaultModels).map(openRiskModelAside));
    opened.push(...models);
    await requirePredictionFolder(flags.out);
    const images = await openCase(input, {
      ...(flags.series ? { seriesInstanceUID: flags.series } : {}),
      onProgress: progress.onProgress,
    });
    const segmenter = await openSegmenter(flags.segmenter, { mirrored: flags.flips ?? false });
    opened.push(segmenter);
    const result = await predictCase(images, {
      segmenter: segmenter.segment,
      models,
      clinical,
      onProgress: progress.onProgress,
    });
    const prediction = await writePrediction(flags.out, result, images.volume);
    progress.stop();
    if (flags.json) printJson(prediction);
    else printText(predictionSummary(prediction, join(flags.out, "report.html")));
  } finally {
    progress.stop();
    await Promise.all(opened.map((owner) => owner.release()));
  }
}
