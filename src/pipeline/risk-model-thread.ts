/** An image model in a thread of its own: it is opened while the scan is read and its hematoma drawn, and looks while the case is measured. */
import { Piscina } from "piscina";
import { type Faulted, HemacastError } from "../core/errors.ts";
import { readBundle } from "./bundle.ts";
import type { CaseRisk, CaseRiskModel } from "./case-risk.ts";
import { hybridKind } from "./hybrid-bundle.ts";
import { findBundle } from "./risk-bundle.ts";
import type { Done } from "./risk-model-worker.ts";
import { openRiskModel } from "./risk-models.ts";

/**
 * Opens a risk model, an image model in a thread. What is wrong with an image model comes out when it is asked whether it is ready, or to look.
 *
 * @throws HemacastError as `openRiskModel` does
 */
export async function openRiskModelAside(nameOrFolder: string): Promise<CaseRiskModel> {
  const folder = await findBundle(nameOrFolder);
  const { manifest } = await readBundle(folder);
  // From sources (tests) a thread cannot be started on TypeScript.
  if (manifest.kind !== hybridKind || import.meta.url.endsWith(".ts")) return openRiskModel(folder);
  const thread = new Piscina({
    filename: new URL("./risk-model-worker.js", import.meta.url).href,
    ...{ minThreads: 1, maxThreads: 1 },
  });
  const ask = async <T extends object>(name: string, task: unknown): Promise<T> => {
    const reply: T | Faulted = await thread.run(task, { name });
    if ("fault" in reply) throw new HemacastError(reply.fault.code, reply.fault.message);
    return reply;
  };
  const opened = ask<Done>("open", folder);
  // Told when the model is asked.
  opened.catch(() => {});
  return {
    async ready() {
      await opened;
    },
    async look(seen) {
      const looked = ask<Done>("look", seen);
      looked.catch(() => {});
      await opened;
      await looked;
      return async (measured) => (await ask<{ readonly risk: CaseRisk }>("answer", measured)).risk;
    },
    release: () => thread.destroy(),
  };
}
