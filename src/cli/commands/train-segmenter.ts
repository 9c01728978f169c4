/** `hemacast train-segmenter`: a segmentation network from labelled CTs. */
import { readFile } from "node:fs/promises";
import { HemacastError, messageOf } from "../../core/errors.ts";
import { trainSegmenter } from "../../pipeline/train-segmenter.ts";
import type { RegisterCommand } from "../register-command.ts";
import { note, printJson, printText, showProgress } from "../terminal.ts";

interface TrainFlags {
  readonly config?: string;
  readonly out: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

const help = `
<manifest> is CSV with the columns participantId,image,label and optionally source and role (train, tune, test). Paths are relative to it. An image is
anything that predict reads; its label is NIfTI on the same grid: 1 is hematoma, 2 is not judged. Without roles, a fifth of the participants is set
aside for tuning. Splits are by participant; a participant with two roles is refused.

Examples:
  hemacast train-segmenter manifest.csv --out run
  hemacast train-segmenter manifest.csv --config experiments/hematoma-unet.json --out run
  hemacast train-segmenter manifest.csv --config experiments/hematoma-unet.json --out run --resume`;

/** Adds `train-segmenter`. */
export const registerTrainSegmenter: RegisterCommand = (program) => {
  program
    .command("train-segmenter <manifest>")
    .description("train a segmentation network on labelled head CTs")
    .requiredOption(
      "--out <folder>",
      "the run folder: configuration, plan, log, checkpoint, weights, report, model bundle",
    )
    .option("--config <file>", "JSON; what is missing in it takes its default")
    .option("--resume", "continue the run in --out from its last checkpoint")
    .option("--json", "print one JSON document")
    .addHelpText("after", help)
    .action(async (manifest: string, flags: TrainFlags) => {
      const progress = showProgress();
      try {
        const trained = await trainSegmenter({
          manifest,
          config: flags.config === undefined ? {} : await readConfig(flags.config),
          out: flags.out,
          resume: flags.resume ?? false,
          onProgress: progress.onProgress,
        });
        progress.stop();
        reportTraining(trained, flags);
      } finally {
        progress.stop();
      }
    });
};

/**
 * Reads a JSON file of settings.
 *
 * @throws HemacastError INPUT_NOT_FOUND, CONFIG_INVALID
 */
export async function readConfig(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((cause) => {
    throw new HemacastError("INPUT_NOT_FOUND", `there is no configuration at ${path}`, { cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HemacastError("CONFIG_INVALID", `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
}

/** Tells what a training run gave; cases that could not be used are named on stderr. */
export function reportTraining(
  { cases, failed, score }: Awaited<ReturnType<typeof trainSegmenter>>,
  { out, json }: Pick<TrainFlags, "out" | "json">,
): void {
  for (const { code, message } of failed) note(`a case was left out: ${code}: ${message}`);
  const used = cases.length - failed.length;
  if (json) {
    printJson({ schema: "hemacast/train-segmenter/1", casesUsed: used, casesEligible: cases.length, score });
    return;
  }
  const lines = Object.entries(score?.bySource ?? {}).map(
    ([source, { meanDice, pooledDice }]) =>
      `  ${source.padEnd(18)} Dice ${meanDice?.toFixed(3) ?? "-"} mean, ${pooledDice?.toFixed(3) ?? "-"} pooled`,
  );
  printText(
    [`trained on ${used} of ${cases.length} cases; tuning cases:`, ...lines, `everything is in ${out}`].join("\n"),
  );
}
