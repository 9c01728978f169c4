/** `hemacast models`: what is shipped, what a bundle says about itself, and whether it still is what was published. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readBundle } from "../../pipeline/bundle.ts";
import { hybridKind } from "../../pipeline/hybrid-bundle.ts";
import { findBundle, loadBundle, riskModelKind, shippedBundles } from "../../pipeline/risk-bundle.ts";
import { openRiskModel } from "../../pipeline/risk-models.ts";
import { openSegmenterBundle, segmenterKind } from "../../pipeline/segmenter-bundle.ts";
import type { RegisterCommand } from "../register-command.ts";
import { printJson, printText } from "../terminal.ts";

/** What runs the self-test of a bundle, by its kind. */
const selfTests = new Map<string, (directory: string) => Promise<unknown>>([
  [riskModelKind, loadBundle],
  [hybridKind, async (directory) => (await openRiskModel(directory)).release()],
  [segmenterKind, async (directory) => (await openSegmenterBundle(directory)).release()],
]);

/** Adds `models list | show | verify`. */
export const registerModels: RegisterCommand = (program) => {
  const models = program.command("models").description("list, show and verify model bundles");
  models
    .command("list")
    .description("list the models that come with Hemacast")
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  hemacast models list")
    .action(async (options: { json?: boolean }) => {
      const found = await Promise.all(
        (await shippedBundles()).map(async (name) => {
          const { manifest } = await readBundle(await findBundle(name));
          return { name, version: manifest.version, kind: manifest.kind, title: manifest.title };
        }),
      );
      if (options.json) printJson(found);
      else
        printText(
          found.map((m) => `${m.name.padEnd(24)} ${m.version.padEnd(8)} ${m.kind.padEnd(22)} ${m.title}`).join("\n"),
        );
    });
  models
    .command("show <model>")
    .description("print the card of a model: a shipped name or a folder")
    .option("--json", "print bundle.json instead of the card")
    .addHelpText("after", "\nExample:\n  hemacast models show markers-794")
    .action(async (model: string, options: { json?: boolean }) => {
      const bundle = await readBundle(await findBundle(model));
      if (options.json) printJson(bundle.manifest);
      else printText(await readFile(join(bundle.directory, "MODEL_CARD.md"), "utf8"));
    });
  models
    .command("verify [models...]")
    .description("check checksums and run the self-test of the models given, or of every shipped one")
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExamples:\n  hemacast models verify\n  hemacast models verify ./my-bundle --json")
    .action(async (names: string[], options: { json?: boolean }) => {
      const chosen = names.length > 0 ? names : await shippedBundles();
      const verified = [];
      for (const name of chosen) {
        const directory = await findBundle(name);
        const { manifest } = await readBundle(directory);
        const selfTest = selfTests.get(manifest.kind);
        await selfTest?.(directory);
        verified.push({
          name: manifest.name,
          version: manifest.version,
          checksums: "ok",
          selfTest: selfTest ? "ok" : "not run",
        });
      }
      if (options.json) printJson(verified);
      else for (const v of verified) printText(`${v.name} ${v.version}: checksums ok, self-test ${v.selfTest}`);
    });
};
