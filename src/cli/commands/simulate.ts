/** `hemacast simulate`: head CTs of nobody, with hemorrhages, futures and truths that are known. */
import { Command, InvalidArgumentError, Option } from "commander";
import { HemacastError } from "../../core/errors.ts";
import { writeFolderAtomically } from "../../pipeline/atomic-output.ts";
import { type CohortOptions, simulateCohort } from "../../pipeline/simulate-cohort.ts";
import { type SimulatedFormat, truthJson, writeSimulatedCase } from "../../pipeline/simulate-study.ts";
import { openBackground, openShape } from "../../pipeline/simulation-sources.ts";
import { hematomaSites } from "../../simulation/hematoma/hematoma-plan.ts";
import { type ScannerProfileName, scannerProfiles } from "../../simulation/scanner/scanner-profile.ts";
import { simulateCase } from "../../simulation/simulate-case.ts";
import type { HematomaLocation, ScenarioName, SignName, SimulatedCase } from "../../simulation/simulated-case.ts";
import type { RegisterCommand } from "../register-command.ts";
import { note, printJson, printText, showProgress } from "../terminal.ts";

const scenarioNames: readonly ScenarioName[] = ["literature", "strong-density", "null"];
const signNames: readonly SignName[] = [
  ...(["blend", "black-hole", "swirl", "hypodensity", "fluid-level", "island", "satellite"] as const),
];

/** Adds `simulate case` and `simulate cohort`. */
export const registerSimulate: RegisterCommand = (program) => {
  const simulate = program
    .command("simulate")
    .description("make simulated head CTs with known hematoma, signs, risk and growth");
  simulate.addCommand(caseCommand());
  simulate.addCommand(cohortCommand());
};

interface CaseFlags {
  readonly out: string;
  readonly seed: number;
  readonly scenario: ScenarioName;
  readonly format: SimulatedFormat;
  readonly profile: ScannerProfileName;
  readonly location?: HematomaLocation;
  readonly volume?: number;
  readonly signs?: readonly SignName[];
  readonly followUp?: boolean;
  readonly background?: string;
  readonly shape?: string;
  readonly json?: boolean;
}

function caseCommand(): Command {
  return withShared(new Command("case").description("one participant: baseline CT, true masks, truth.json"))
    .addOption(profileOption([], "sequential"))
    .addOption(new Option("--location <site>", "where it bleeds").choices(Object.keys(hematomaSites)))
    .option("--volume <mL>", "volume of the hematoma", number)
    .option("--signs <list>", `signs to show, separated by commas (${signNames.join(", ")}), or none`, signList)
    .option("--follow-up", "also scan the second time, where the participant is scanned")
    .addHelpText(
      "after",
      "\nExamples:\n  hemacast simulate case --out demo\n  hemacast simulate case --seed 7 --location thalamus --volume 12 --signs blend,satellite --follow-up --out demo",
    )
    .action(async (flags: CaseFlags) => {
      const simulated = await simulateAsked(flags);
      await writeFolderAtomically(
        flags.out,
        (name) => /^(baseline|follow-up|truth\.json)/.test(name),
        (folder) => writeSimulatedCase(folder, "SIM-0001", simulated, flags.format),
      );
      const truth = truthJson("SIM-0001", simulated);
      if (flags.json) return printJson({ ...truth, out: flags.out });
      const where = simulated.background === null ? "" : ` in the head ${simulated.background}`;
      const left = truth.baseline.signsLeftOut;
      if (left.length > 0) note(`there was no room for ${left.join(", ")}`);
      printText(
        `SIMULATED${where}: ${truth.participant.location} hematoma of ${truth.baseline.volumeMl.toFixed(1)} mL, signs: ${truth.baseline.signs.join(", ") || "none"}, true risk of expansion ${truth.participant.risk.toFixed(2)}; written to ${flags.out}`,
      );
    });
}

async function simulateAsked(flags: CaseFlags): Promise<SimulatedCase> {
  const { location, volume, signs, background, shape } = flags;
  const head = background === undefined ? null : await openBackground(background);
  const form = shape === undefined ? null : await openShape(shape);
  return simulateCase({
    ...{ seed: flags.seed, scenario: flags.scenario, scanner: scannerProfiles[flags.profile] },
    ...{ followUp: flags.followUp ?? false, ...(head && { background: head }) },
    hematoma: {
      ...(location && { location }),
      ...(volume && { volumeMl: volume }),
      ...(signs && { signs }),
      ...(form && { shape: form }),
    },
  });
}

interface CohortFlags extends Omit<CohortOptions, "participants"> {
  readonly n: number;
  readonly out: string;
  readonly json?: boolean;
}

function cohortCommand(): Command {
  return withShared(
    new Command("cohort").description("many participants, each with baseline and follow-up, a manifest and the truth"),
  )
    .requiredOption("--n <N>", "participants", number)
    .option("--sites <M>", "sites, each with its own scanner", number, 1)
    .addOption(profileOption(["mixed"], "fast"))
    .option("--baseline-only", "only baseline scans, twice as fast; the follow-up is known by its true volume")
    .option("--also <list>", "with --baseline-only: outcomes of the same scans in further scenarios", scenarioList)
    .option("--threads <T>", "worker threads (default: one per core)", number)
    .addHelpText(
      "after",
      "\nExamples:\n  hemacast simulate cohort --n 680 --baseline-only --scenario strong-density --also literature,null --format nifti --out cohort\n  hemacast simulate cohort --n 200 --sites 3 --scenario literature --seed 1 --out cohort\n  hemacast evaluate cohort/truth.csv",
    )
    .action(async ({ n, out, json, ...options }: CohortFlags) => {
      const progress = showProgress();
      try {
        const summary = await simulateCohort(out, { ...options, participants: n }, progress.onProgress);
        progress.stop();
        if (json) printJson({ ...summary, out });
        else {
          if (summary.background !== "procedural") note(`every scan shows the head ${summary.background}`);
          note(`${summary.participants} simulated participants, ${summary.expansions} with expansion`);
          printText(`best possible AUC ${summary.bayesAuc.stated}; written to ${out}`);
        }
      } finally {
        progress.stop();
      }
    });
}

function withShared(command: Command): Command {
  return command
    .requiredOption("--out <DIR>", "folder to make")
    .addOption(
      new Option("--scenario <S>", "how risk depends on what is seen").choices(scenarioNames).default("literature"),
    )
    .option("--seed <K>", "equal seeds give equal files", number, 1)
    .option("--background <head>", "a real head CT, or a brain template without a skull, to bleed into")
    .option("--shape <mask>", "mask of a real hematoma whose shape to take (cohort: or a folder of masks)")
    .addOption(new Option("--format <F>", "format of the images").choices(["dicom", "nifti"]).default("dicom"))
    .option("--json", "print one JSON document");
}

function profileOption(more: readonly string[], standard: string): Option {
  return new Option("--profile <P>", "scanner and protocol")
    .choices([...Object.keys(scannerProfiles), ...more])
    .default(standard);
}

function scenarioList(text: string): ScenarioName[] {
  return text.split(",").map((word) => {
    const scenario = scenarioNames.find((name) => name === word.trim());
    if (!scenario)
      throw new InvalidArgumentError(`"${word}" is not a scenario; choose of ${scenarioNames.join(", ")}.`);
    return scenario;
  });
}

function number(text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new InvalidArgumentError("It must be a number of at least 0.");
  return value;
}

function signList(text: string): SignName[] {
  if (text === "none") return [];
  return text.split(",").map((word) => {
    const sign = signNames.find((name) => name === word.trim());
    if (!sign)
      throw new HemacastError("ARGUMENT_INVALID", `"${word}" is not a sign; choose of ${signNames.join(", ")}`);
    return sign;
  });
}
