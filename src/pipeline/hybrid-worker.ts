/** The thread that fits members of a hybrid's ensemble. */
import { workerData } from "node:worker_threads";
import { type ErrorCode, HemacastError } from "../core/errors.ts";
import type { AffineForm } from "../expansion/affine-form.ts";
import { type EnsembleTask, fitMember } from "../expansion/hybrid-fit.ts";

const task = workerData as EnsembleTask;

/** What comes back from a thread: an error would lose its code on the way. */
export type MemberReply =
  | { readonly member: AffineForm }
  | { readonly fault: { readonly code: ErrorCode; readonly message: string } };

/** One member, by its number. */
export function work(k: number): MemberReply {
  try {
    return { member: fitMember(task, k) };
  } catch (thrown) {
    if (thrown instanceof HemacastError) return { fault: { code: thrown.code, message: thrown.message } };
    throw thrown;
  }
}
