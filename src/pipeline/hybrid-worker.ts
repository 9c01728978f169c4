/** The thread that fits members of a hybrid's ensemble. */
import { workerData } from "node:worker_threads";
import { type Faulted, faulted } from "../core/errors.ts";
import type { AffineForm } from "../expansion/affine-form.ts";
import { type EnsembleTask, fitMember } from "../expansion/hybrid-fit.ts";

const task = workerData as EnsembleTask;

/** What comes back from a thread: an error would lose its code on the way. */
export type MemberReply = { readonly member: AffineForm } | Faulted;

/** One member, by its number. */
export function work(k: number): MemberReply {
  try {
    return { member: fitMember(task, k) };
  } catch (thrown) {
    return faulted(thrown);
  }
}
