/** The members of a hybrid's ensemble, in threads and with progress: they take most of the time of a bundle. */
import { Piscina } from "piscina";
import { HemacastError } from "../core/errors.ts";
import type { OnProgress } from "../core/progress.ts";
import type { AffineForm } from "../expansion/affine-form.ts";
import { type FitEnsemble, fitMember } from "../expansion/hybrid-fit.ts";
import type { MemberReply } from "./hybrid-worker.ts";

/**
 * A way to fit an ensemble. The fit on everyone comes first and counts as one, so that progress begins before the members do.
 *
 * @param members of the ensemble
 * @param running.threads 1 = one member after the other, here
 */
export function ensembleInThreads(
  members: number,
  { threads, onProgress }: { readonly threads: number; readonly onProgress: OnProgress },
): FitEnsemble {
  let done = 0;
  const report = (): void => onProgress({ stage: "fit bundle", done, total: members + 1 });
  const finished = (member: AffineForm): AffineForm => {
    done++;
    report();
    return member;
  };
  report();
  return async (task) => {
    done++;
    report();
    const numbers = Array.from({ length: members }, (_, k) => k);
    // From sources (tests) a thread cannot be started on TypeScript.
    if (threads < 2 || import.meta.url.endsWith(".ts")) return numbers.map((k) => finished(fitMember(task, k)));
    const pool = new Piscina<number, MemberReply>({
      filename: new URL("./hybrid-worker.js", import.meta.url).href,
      name: "work",
      maxThreads: Math.min(threads, members),
      workerData: task,
    });
    try {
      return await Promise.all(
        numbers.map(async (k) => {
          const reply = await pool.run(k);
          if ("fault" in reply) throw new HemacastError(reply.fault.code, `member ${k}: ${reply.fault.message}`);
          return finished(reply.member);
        }),
      );
    } finally {
      await pool.destroy();
    }
  };
}
