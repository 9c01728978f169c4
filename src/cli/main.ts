/** The command line: parses, runs one command, turns what was thrown into one line and an exit code. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { HemacastError, messageOf } from "../core/errors.ts";
import type { RegisterCommand } from "./register-command.ts";
import { note } from "./terminal.ts";

/**
 * In the order in which `--help` lists them: the order of use. Only the command that is called is loaded, so that none waits for the libraries of
 * the others.
 */
const commands: Readonly<Record<string, () => Promise<RegisterCommand>>> = {
  predict: async () => (await import("./commands/predict.ts")).registerPredict,
  inspect: async () => (await import("./commands/inspect.ts")).registerInspect,
  segment: async () => (await import("./commands/segment.ts")).registerSegment,
  compare: async () => (await import("./commands/compare.ts")).registerCompare,
  radiomics: async () => (await import("./commands/radiomics.ts")).registerRadiomics,
  simulate: async () => (await import("./commands/simulate.ts")).registerSimulate,
  study: async () => (await import("./commands/study.ts")).registerStudy,
  evaluate: async () => (await import("./commands/evaluate.ts")).registerEvaluate,
  "train-segmenter": async () => (await import("./commands/train-segmenter.ts")).registerTrainSegmenter,
  "finetune-segmenter": async () => (await import("./commands/finetune-segmenter.ts")).registerFinetuneSegmenter,
  models: async () => (await import("./commands/models.ts")).registerModels,
  nn: async () => (await import("./commands/nn.ts")).registerNn,
};

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
  try {
    for (const load of called(argv)) (await load())(program);
    await program.parseAsync([...argv], { from: "user" });
    return 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    return reportError(thrown, argv.includes("--verbose"));
  }
}

/** The loader of the command that is called; all of them where none is, or an unknown one, so that help and suggestions are complete. */
function called(argv: readonly string[]): readonly (() => Promise<RegisterCommand>)[] {
  const name = argv.find((argument) => !argument.startsWith("-"));
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  return load ? [load] : Object.values(commands);
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
