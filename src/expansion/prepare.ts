/** The steps before the learner, in their fixed order, each fitted on the training set alone. */
import type { FeatureTable } from "../cohort/feature-table.ts";
import { selectTableColumns } from "../cohort/feature-table.ts";
import type { FitRecord } from "../cohort/leakage.ts";
import type { TrainingSet } from "../cohort/splits.ts";
import { HemacastError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import type { DenseMatrix } from "../math/dense-matrix.ts";
import { fitCombat } from "./combat.ts";
import type { ModelConfig } from "./learner-config.ts";
import { fitPrincipalComponents } from "./principal-components.ts";
import { fitStabilitySelection } from "./stability-selection.ts";
import { fitCorrelationFilter, fitImputation, fitScaling, type Transform, transformTraining } from "./transform.ts";

/** Fitted steps: raw predictors of any table -> a complete, scaled matrix. */
export interface Preparation {
  readonly names: readonly string[];
  readonly fits: readonly FitRecord[];
  readonly facts: readonly { readonly what: string; readonly facts: Readonly<Record<string, unknown>> }[];
  matrix(table: FeatureTable): DenseMatrix;
}

/**
 * Imputation, ComBat, scaling, correlation filter, stability selection: those that the configuration asks for.
 *
 * @throws HemacastError METRIC_UNDEFINED when no predictor is left, and as the steps do
 */
export function fitPreparation(set: TrainingSet, config: ModelConfig, random: Random): Preparation {
  const predictors = matchPredictors(set.table.names, config.predictors);
  const steps: Transform[] = [];
  let current: TrainingSet = { ...set, table: selectTableColumns(set.table, predictors) };
  const add = (fitStep: (training: TrainingSet) => Transform): void => {
    const step = fitStep(current);
    steps.push(step);
    current = transformTraining(current, step);
  };
  add(fitImputation);
  if (config.combat) add(fitCombat);
  add(fitScaling);
  for (const { predictors: patterns, components } of config.reduce) {
    const group = patterns.flatMap((pattern) => matching(current.table.names, pattern));
    if (group.length > 0)
      add((training) => fitPrincipalComponents(training, [...new Set(group)], prefixOf(patterns), components));
  }
  if (config.correlationLimit !== null)
    add((training) => fitCorrelationFilter(training, config.correlationLimit as number));
  const { stability } = config;
  if (stability !== null) add((training) => fitStabilitySelection(training, stability, random.fork("stability")));
  const names = current.table.names;
  return {
    names,
    fits: steps.map(({ what, fittedOn }) => ({ what: `${what} of model ${config.name}`, fittedOn })),
    facts: steps.map(({ what, facts }) => ({ what, facts })),
    matrix(table) {
      const ready = steps.reduce((t, step) => step.apply(t), selectTableColumns(table, predictors));
      return { rows: ready.participantIds.length, columns: names.length, values: ready.values };
    },
  };
}

/**
 * The predictors that patterns name, in the order of the table; * stands for anything, and a ? at the end for "where there is one".
 *
 * @throws HemacastError CONFIG_INVALID when a pattern names none and does not end in ?
 * @example matchPredictors(["shape_a", "shape_b", "age"], ["shape_*"]) // => ["shape_a", "shape_b"]
 */
export function matchPredictors(names: readonly string[], patterns: readonly string[]): string[] {
  const chosen = new Set<string>();
  for (const pattern of patterns) {
    const matched = matching(names, pattern);
    if (matched.length === 0 && !isOptional(pattern)) {
      throw new HemacastError(
        "CONFIG_INVALID",
        `no predictor is called "${pattern}"; there are ${names.slice(0, 10).join(", ")}`,
      );
    }
    for (const name of matched) chosen.add(name);
  }
  return names.filter((name) => chosen.has(name));
}

/** Clinical values that a cohort may not have are named with a ? at the end. */
function isOptional(pattern: string): boolean {
  return pattern.endsWith("?");
}

function matching(names: readonly string[], pattern: string): string[] {
  const parts = (isOptional(pattern) ? pattern.slice(0, -1) : pattern).split("*");
  return names.filter((name) => matches(name, parts));
}

/** A name for components: the patterns without what may vary. */
function prefixOf(patterns: readonly string[]): string {
  return patterns.map((pattern) => pattern.replaceAll("*", "").replace(/\.$/, "")).join("+");
}

/** Whether a name is the parts in order with anything between them; no regular expression, so no pattern can be slow. */
function matches(name: string, parts: readonly string[]): boolean {
  if (parts.length === 1) return name === parts[0];
  const [first, last] = [parts[0] as string, parts.at(-1) as string];
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    at = name.indexOf(part, at);
    if (at < 0) return false;
    at += part.length;
  }
  return at <= name.length - last.length;
}
