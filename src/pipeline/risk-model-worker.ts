/** The thread that an image model lives in: it is opened, looks, and answers. Each is one message; errors would lose their code on the way out. */
import { type Faulted, faulted } from "../core/errors.ts";
import type { CaseLook, CaseRisk, CaseRiskModel, MeasuredCase, SeenCase } from "./case-risk.ts";
import { openRiskModel } from "./risk-models.ts";

/** What comes back when there is nothing to say. */
export interface Done {
  readonly done: true;
}

let model: CaseRiskModel | null = null;
let answerOf: CaseLook | null = null;

/** Opens the model, by its folder. */
export function open(folder: string): Promise<Done | Faulted> {
  return done(async () => {
    model = await openRiskModel(folder);
  });
}

/** Looks at a case. */
export function look(seen: SeenCase): Promise<Done | Faulted> {
  return done(async () => {
    answerOf = (await model?.look(seen)) ?? null;
  });
}

/** Answers about the case that it has looked at; null when it has not. */
export async function answer(measured: MeasuredCase): Promise<{ readonly risk: CaseRisk | null } | Faulted> {
  try {
    return { risk: (await answerOf?.(measured)) ?? null };
  } catch (thrown) {
    return faulted(thrown);
  }
}

async function done(work: () => Promise<unknown>): Promise<Done | Faulted> {
  try {
    await work();
    return { done: true };
  } catch (thrown) {
    return faulted(thrown);
  }
}
