/** `hemacast finetune-segmenter`: the shipped network, adapted to a user's own scanner with a few labelled cases. */
import { readBundle } from "../../pipeline/bundle.ts";
import { findBundle } from "../../pipeline/risk-bundle.ts";
import { defaultSegmenterName, segmenterParts } from "../../pipeline/segmenter-bundle.ts";
import { trainSegmenter } from "../../pipeline/train-segmenter.ts";
import { parseFinetuningConfig } from "../../segmentation/training-config.ts";
import type { RegisterCommand } from "../register-command.ts";
import { showProgress } from "../terminal.ts";
import { readConfig, reportTraining } from "./train-segmenter.ts";

interface FinetuneFlags {
  readonly from: string;
  readonly config?: string;
  readonly out: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

const help = `
The manifest is that of train-segmenter. The network starts from the weights of --from and takes over its plan; fewer steps at a lower learning rate
than from random weights. The page and the tables in --out show the result beside the threshold baseline; compare with the network it started from by
segmenting the same test cases with both. "startShare": 0.5 in --config gives the mean of the weights before and after, which keeps more of the old; to
--resume such a run, give the same --from again.

Examples:
  hemacast finetune-segmenter manifest.csv --out run
  hemacast finetune-segmenter manifest.csv --from ./run/bundle --out second-run`;

/** Adds `finetune-segmenter`. */
export const registerFinetuneSegmenter: RegisterCommand = (program) => {
  program
    .command("finetune-segmenter <manifest>")
    .description("adapt a trained segmentation network to a few labelled head CTs")
    .requiredOption("--out <folder>", "the run folder, as for train-segmenter")
    .option("--from <model>", "a shipped segmentation network by its name, or a folder", defaultSegmenterName)
    .option("--config <file>", "JSON; what is missing in it takes its default for fine-tuning")
    .option("--resume", "continue the run in --out from its last checkpoint")
    .option("--json", "print one JSON document")
    .addHelpText("after", help)
    .action(async (manifest: string, flags: FinetuneFlags) => {
      const progress = showProgress();
      try {
        const start = segmenterParts(await readBundle(await findBundle(flags.from)));
        const given = flags.config === undefined ? {} : await readConfig(flags.config);
        const trained = await trainSegmenter({
          manifest,
          config: parseFinetuningConfig(given, start.plan.network),
          out: flags.out,
          resume: flags.resume ?? false,
          start,
          onProgress: progress.onProgress,
        });
        progress.stop();
        reportTraining(trained, flags);
      } finally {
        progress.stop();
      }
    });
};
