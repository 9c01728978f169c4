/** The thread that runs folds of a study. */
import { workerData } from "node:worker_threads";
import type { FeatureTable } from "../cohort/feature-table.ts";
import { type Faulted, faulted } from "../core/errors.ts";
import { type FoldResult, type FoldTask, runFold } from "./study-fold.ts";

const table = workerData as FeatureTable;

/** What comes back from a thread: an error would lose its code on the way. */
export type FoldReply = { readonly result: FoldResult } | Faulted;

/** One fold, with the table that the thread was started with. */
export async function work(task: FoldTask): Promise<FoldReply> {
  try {
    return { result: await runFold(table, task) };
  } catch (thrown) {
    const { fault } = faulted(thrown);
    return { fault: { ...fault, message: `${task.fold.name}: ${fault.message}` } };
  }
}
