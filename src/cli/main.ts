/** The command line: parses, runs one command, turns what was thrown into one line and an exit code. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { HemacastError, messageOf } from "../core/errors.ts";
import { registerCompare } from "./commands/compare.ts";
import { registerEvaluate } from "./commands/evaluate.ts";
import { registerFinetuneSegmenter } from "./commands/finetune-segmenter.ts";
import { registerInspect } from "./commands/inspect.ts";
import { registerModels } from "./commands/models.ts";
import { registerNn } from "./commands/nn.ts";
import { registerPredict } from "./commands/predict.ts";
import { registerRadiomics } from "./commands/radiomics.ts";
import { registerSegment } from "./commands/segment.ts";
import { registerSimulate } from "./commands/simulate.ts";
import { registerStudy } from "./commands/study.ts";
import { registerTrainSegmenter } from "./commands/train-segmenter.ts";
import type { RegisterCommand } from "./register-command.ts";
import { note } from "./terminal.ts";

/** In the order in which `--help` lists them: the order of use. */
const commands: readonly RegisterCommand[] = [
  registerPredict,
  registerInspect,
  registerSegment,
  registerCompare,
  registerRadiomics,
  registerSimulate,
  registerStudy,
  registerEvaluate,
  registerTrainSegmenter,
  registerFinetuneSegmenter,
  registerModels,
  registerNn,
];

/**
 * Runs one command line.
 *
 * @param argv the arguments after the program's name
 * @returns the exit code: 0, or the family's code of what went wrong
 */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("hemacast")
    .description(
      "Reads a non-contrast head CT, segments the hematoma, measures it, and predicts whether it will expand.\nResearch use only, not for clinical decisions.",
    )
    .version(packageVersion())
    .option("--verbose", "print where an error came from")
    .showHelpAfterError("(--help shows the usage)")
    .exitOverride();
  for (const register of commands) register(program);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    return reportError(thrown, argv.includes("--verbose"));
  }
}

function reportError(thrown: unknown, verbose: boolean): number {
  const known = thrown instanceof HemacastError;
  note(
    known
      ? `error ${thrown.code}: ${thrown.message}`
      : `error INTERNAL: ${messageOf(thrown)} (a fault of ours; run again with --verbose and report it)`,
  );
  if (verbose && thrown instanceof Error) note(thrown.stack ?? "");
  return known ? thrown.exitCode : 1;
}

function packageVersion(): string {
  return JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")).version;
}
