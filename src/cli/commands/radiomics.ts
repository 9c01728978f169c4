/** `hemacast radiomics`: features of a region, of many regions, and whether they can be believed. */
import { HemacastError } from "../../core/errors.ts";
import { requireWhole } from "../../core/guards.ts";
import type { RadiomicsResult } from "../../pipeline/radiomics-extract.ts";
import type { RegisterCommand } from "../register-command.ts";
import { note, printJson, printText, showProgress } from "../terminal.ts";

interface ExtractFlags {
  readonly settings?: string;
  readonly label?: string;
  readonly resampleMask?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
}

const extractHelp = `
<image> is NIfTI, NRRD, or a CT in DICOM (folder, zip, file); <mask> is NIfTI or NRRD on the image's grid.
Settings are PyRadiomics parameter files as they are; a key that is not known there is an error.

Examples:
  hemacast radiomics extract ct.nii.gz mask.nii.gz
  hemacast radiomics extract ct.nrrd mask.nrrd --settings exampleCT.yaml --json > features.json
  hemacast radiomics extract ./study mask.nii.gz --label 2 --resample-mask --csv > features.csv`;

interface SelfTestFlags {
  readonly data: string;
  readonly json?: boolean;
}

const selftestHelp = `
<folder> holds ibsi_1_digital_phantom and ibsi_1_ct_radiomics_phantom of github.com/theibsi/data_sets, and
reference_values_from_mirp/ibsi_1_*.csv of github.com/oncoray/mirp (test data).

Example:
  hemacast radiomics selftest --data ./ibsi1`;

/** Adds `radiomics extract | selftest`. */
export const registerRadiomics: RegisterCommand = (program) => {
  const radiomics = program
    .command("radiomics")
    .description("extract radiomics features with PyRadiomics' names and values");
  radiomics
    .command("extract <image> <mask>")
    .description("compute the features of one region")
    .option("--settings <file>", "PyRadiomics parameter file (YAML or JSON); without it PyRadiomics' defaults")
    .option("--label <value>", "value of the mask that counts as inside (default: the settings' label)")
    .option("--resample-mask", "put a mask on another grid onto the image's, taking nearest voxels")
    .option("--json", "print one JSON document with features and provenance")
    .option("--csv", "print a table of two columns")
    .addHelpText("after", extractHelp)
    .action(async (image: string, mask: string, flags: ExtractFlags) => {
      const progress = showProgress();
      try {
        const { extractFromFiles, readSettingsFile } = await import("../../pipeline/radiomics-extract.ts");
        const result = await extractFromFiles(image, mask, {
          settings: await readSettingsFile(flags.settings),
          ...(flags.label !== undefined && { label: requireWhole("--label", Number(flags.label), 1) }),
          resampleMask: flags.resampleMask ?? false,
          onProgress: progress.onProgress,
        });
        progress.stop();
        if (flags.json) return printJson(result);
        for (const finding of result.findings) note(`${finding.severity} ${finding.code}: ${finding.message}`);
        printText(flags.csv ? featuresCsv(result) : featuresText(result));
      } finally {
        progress.stop();
      }
    });
  radiomics
    .command("selftest")
    .description("compare with the consensus values of the Image Biomarker Standardisation Initiative")
    .requiredOption("--data <folder>", "the phantoms of theibsi/data_sets and their consensus values")
    .option("--json", "print one JSON document")
    .addHelpText("after", selftestHelp)
    .action(async (flags: SelfTestFlags) => {
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
};

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
