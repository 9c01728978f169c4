/** `hemacast radiomics`: features of a region, of many regions, which there are, and whether they can be believed. */
import type { Command } from "commander";
import { HemacastError } from "../../core/errors.ts";
import { requireInRange, requireWhole } from "../../core/guards.ts";
import type { RadiomicsResult } from "../../pipeline/radiomics-extract.ts";
import type { RegisterCommand } from "../register-command.ts";
import { note, printJson, printText, showProgress } from "../terminal.ts";

interface CommonFlags {
  readonly settings?: string;
  readonly resampleMask?: boolean;
  readonly rings?: string;
  readonly json?: boolean;
}

interface ExtractFlags extends CommonFlags {
  readonly label?: string;
  readonly csv?: boolean;
}

interface BatchFlags extends CommonFlags {
  readonly out: string;
  readonly threads?: string;
  readonly restart?: boolean;
  readonly perturb?: string;
  readonly chain: string;
  readonly seed: string;
}

const extractHelp = `
<image> is NIfTI, NRRD, or a CT in DICOM (folder, zip, file); <mask> is NIfTI, NRRD, a DICOM Segmentation or RT Structure Set, on the image's grid.
Settings are PyRadiomics parameter files as they are; a key that is not known there is an error.

Examples:
  hemacast radiomics extract ct.nii.gz mask.nii.gz
  hemacast radiomics extract ct.nrrd mask.nrrd --settings exampleCT.yaml --json > features.json
  hemacast radiomics extract ./study seg.dcm --label hematoma --rings 2,5,10 --csv > features.csv`;

const batchHelp = `
<cases> is a CSV file with columns image and mask, and perhaps caseId and label; paths are relative to it. A case that fails has a row with its
error. A run that was stopped goes on where it was; cases that failed are tried again.

Examples:
  hemacast radiomics batch cases.csv --out features.csv --settings exampleCT.yaml
  hemacast radiomics batch cases.csv --out features.json --rings 2,5,10 --threads 4
  hemacast radiomics batch cases.csv --out features.csv --perturb 10 --chain NRTVC`;

const selftestHelp = `
<folder> holds ibsi_1_digital_phantom and ibsi_1_ct_radiomics_phantom of github.com/theibsi/data_sets, and
reference_values_from_mirp/ibsi_1_*.csv of github.com/oncoray/mirp (test data).

Example:
  hemacast radiomics selftest --data ./ibsi1`;

/** Adds `radiomics extract | batch | features | selftest`. */
export const registerRadiomics: RegisterCommand = (program) => {
  const radiomics = program
    .command("radiomics")
    .description("extract radiomics features with PyRadiomics' names and values");
  const settings = "PyRadiomics parameter file (YAML or JSON); without it PyRadiomics' defaults";
  const resample = "put a mask on another grid onto the image's, taking nearest voxels";
  const rings = "also measure rings around the region up to these distances, within the brain (head CT), e.g. 2,5,10";
  radiomics
    .command("extract <image> <mask>")
    .description("compute the features of one region")
    .option("--settings <file>", settings)
    .option("--label <value>", "value of the mask, or number or name of a DICOM segment (default: the settings' label)")
    .option("--resample-mask", resample)
    .option("--rings <mm>", rings)
    .option("--json", "print one JSON document with features and provenance")
    .option("--csv", "print a table of two columns")
    .addHelpText("after", extractHelp)
    .action(extractOne);
  radiomics
    .command("batch <cases>")
    .description("compute the features of many regions into one table")
    .requiredOption("--out <table>", "where the table goes: .csv, .json or .parquet")
    .option("--settings <file>", settings)
    .option("--resample-mask", resample)
    .option("--rings <mm>", rings)
    .option(
      "--perturb <n>",
      "also perturb each case n times and write the ICC of each feature to <table>.robustness.csv",
    )
    .option("--chain <letters>", "perturbations: noise, rotation, translation, volume, contour", "NRTVC")
    .option("--seed <number>", "seed of the perturbations", "1")
    .option("--threads <n>", "cases at a time (default: one per core)")
    .option("--restart", "begin anew instead of going on where an earlier run was stopped")
    .option("--json", "print the summary as one JSON document")
    .addHelpText("after", batchHelp)
    .action(extractMany);
  registerCatalogue(radiomics);
  registerSelfTest(radiomics);
};

async function extractOne(image: string, mask: string, flags: ExtractFlags): Promise<void> {
  const progress = showProgress();
  try {
    const { extractFromFiles, labelOf, readSettingsFile } = await import("../../pipeline/radiomics-extract.ts");
    const result = await extractFromFiles(image, mask, {
      settings: await readSettingsFile(flags.settings),
      ...(flags.label !== undefined && { label: labelOf(flags.label) }),
      resampleMask: flags.resampleMask ?? false,
      ringsMm: ringsOf(flags.rings),
      onProgress: progress.onProgress,
    });
    progress.stop();
    if (flags.json) return printJson(result);
    for (const finding of result.findings) note(`${finding.severity} ${finding.code}: ${finding.message}`);
    printText(flags.csv ? featuresCsv(result) : featuresText(result));
  } finally {
    progress.stop();
  }
}

async function extractMany(cases: string, flags: BatchFlags): Promise<void> {
  const progress = showProgress();
  try {
    const { extractBatch } = await import("../../pipeline/radiomics-batch.ts");
    const { readSettingsFile } = await import("../../pipeline/radiomics-extract.ts");
    const { chainOf } = await import("../../radiomics/perturb/chain.ts");
    const seed = requireWhole("--seed", Number(flags.seed), 0);
    const summary = await extractBatch(cases, {
      settings: await readSettingsFile(flags.settings),
      out: flags.out,
      resampleMask: flags.resampleMask ?? false,
      ringsMm: ringsOf(flags.rings),
      ...(flags.perturb !== undefined && {
        perturb: { count: requireWhole("--perturb", Number(flags.perturb), 2), chain: chainOf(flags.chain), seed },
      }),
      ...(flags.threads !== undefined && { threads: requireWhole("--threads", Number(flags.threads), 1) }),
      restart: flags.restart ?? false,
      onProgress: progress.onProgress,
    });
    progress.stop();
    if (flags.json) printJson(summary);
    const done = summary.cases - summary.failed.length;
    note(
      `${done} of ${summary.cases} cases in ${summary.table}${summary.reused > 0 ? `, ${summary.reused} of an earlier run` : ""}`,
    );
    if (summary.failed.length === 0) return;
    for (const { caseId, code, message } of summary.failed.slice(0, 20)) note(`${caseId}: ${code}: ${message}`);
    throw new HemacastError("CASES_FAILED", `${summary.failed.length} of ${summary.cases} cases have no features`);
  } finally {
    progress.stop();
  }
}

function registerCatalogue(radiomics: Command): void {
  radiomics
    .command("features")
    .description("list every feature: identifier in the standard, unit, range, formula, source")
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  hemacast radiomics features --json")
    .action(async (flags: { json?: boolean }) => {
      const { catalogueMarkdown, featureCatalogue } = await import("../../radiomics/catalogue.ts");
      if (flags.json) printJson({ schema: "hemacast/radiomics-features/1", features: featureCatalogue });
      else printText(catalogueMarkdown());
    });
}

function registerSelfTest(radiomics: Command): void {
  radiomics
    .command("selftest")
    .description("compare with the consensus values of the Image Biomarker Standardisation Initiative")
    .requiredOption("--data <folder>", "the phantoms of theibsi/data_sets and their consensus values")
    .option("--json", "print one JSON document")
    .addHelpText("after", selftestHelp)
    .action(async (flags: { data: string; json?: boolean }) => {
      const progress = showProgress();
      try {
        const { runSelfTest, selfTestText } = await import("../../pipeline/radiomics-selftest.ts");
        const result = await runSelfTest(flags.data, undefined, progress.onProgress);
        progress.stop();
        if (flags.json) printJson(result);
        else printText(selfTestText(result));
        if (!result.passed) throw new HemacastError("SELF_TEST_FAILED", "some features are outside of their tolerance");
      } finally {
        progress.stop();
      }
    });
}

/** Outer radii in mm, e.g. `2,5,10`; each positive, and no wider than a head. */
function ringsOf(given: string | undefined): number[] {
  return given === undefined ? [] : given.split(",").map((mm) => requireInRange("--rings", Number(mm), 0.1, 100));
}

/** Two columns, as a spreadsheet reads them. */
export function featuresCsv(result: Pick<RadiomicsResult, "features">): string {
  return ["feature,value", ...Object.entries(result.features).map(([name, value]) => `${name},${value}`)].join("\n");
}

function featuresText(result: RadiomicsResult): string {
  const width = Math.max(...Object.keys(result.features).map((name) => name.length));
  const lines = Object.entries(result.features).map(
    ([name, value]) => `${name.padEnd(width)}  ${value.toPrecision(6)}`,
  );
  const { voxels, spacingMm } = result.region;
  const spacing = spacingMm.map((mm) => mm.toFixed(3)).join(" x ");
  return [...lines, `${lines.length} features of ${voxels} voxels of ${spacing} mm (${result.provenance.ibsi})`].join(
    "\n",
  );
}
