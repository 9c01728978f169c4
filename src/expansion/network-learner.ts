/** A small network as a learner: standardised predictors, weight decay, and stopping early on participants that the network does not learn from. */
import { applyInnerFold, repeatedFolds, type TrainingSet } from "../cohort/splits.ts";
import { HemacastError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import type { DenseMatrix } from "../math/dense-matrix.ts";
import { denseLogOdds, denseSlopes } from "./dense-network.ts";
import { classWeights, type FittedModel, finishModel, meanLogLoss, needsOutOfFold } from "./fitted-model.ts";
import type { ModelConfig, NetworkConfig } from "./learner-config.ts";
import { type NetworkTask, type TrainedNetwork, trainNetworks } from "./network-training.ts";
import { fitPreparation, matchPredictors } from "./prepare.ts";
import { COMPONENT_PREFIX } from "./principal-components.ts";

/** The networks of one inner fold, and the rows that they are judged on. */
interface InnerFold {
  readonly tasks: readonly NetworkTask[];
  readonly scored: DenseMatrix;
  readonly rows: readonly number[];
}

/**
 * Fits networks on a training set: each member stops early on another part of it, and their log odds are averaged. The weight decay with the
 * least inner log loss is taken. Same seed, same numbers.
 *
 * @throws HemacastError METRIC_UNDEFINED when a class has fewer participants than inner folds; NON_FINITE when training runs away; CONFIG_INVALID for predictors that are not there
 */
export async function fitNetworkModel(
  set: TrainingSet,
  config: ModelConfig,
  settings: NetworkConfig,
  random: Random,
): Promise<FittedModel> {
  const preparation = fitPreparation(set, config, random.fork("preparation"));
  const x = preparation.matrix(set.table);
  const groups = gateGroups(preparation.names, settings);
  const final = memberTasks(set, { x, groups }, config, settings, random.fork("members"));
  const needsInner = settings.weightDecays.length > 1 || needsOutOfFold(config);
  const inner = needsInner ? innerFolds(set, config, settings, random) : [];
  const tasks = [...final, ...inner.flatMap((fold) => fold.tasks)];
  const candidates = [];
  for (const weightDecay of settings.weightDecays) {
    const trained = await trainNetworks(tasks, settings, weightDecay, random.fork(`weight decay ${weightDecay}`));
    candidates.push({ weightDecay, ...judged(set, config, inner, trained, final.length) });
  }
  const chosen = candidates.reduce((best, candidate) => (candidate.loss < best.loss ? candidate : best));
  const { weightDecay, members } = chosen;
  return finishModel(
    set,
    config,
    preparation,
    {
      what: "network",
      logOdds: (rows) => meanLogOdds(members, rows),
      coefficients: meanOf(members.map(({ network }) => denseSlopes(network, x))),
      learner: { kind: "network", weightDecay, members },
    },
    needsInner ? chosen.logOdds : null,
  );
}

/** The gate of each predictor, or null without gates. */
function gateGroups(names: readonly string[], { gates }: NetworkConfig): number[] | null {
  if (gates === null) return null;
  const plain = names.map((name) => (name.startsWith(COMPONENT_PREFIX) ? name.slice(COMPONENT_PREFIX.length) : name));
  const members = gates.map((patterns) => new Set(matchPredictors(plain, patterns)));
  return plain.map((name) => {
    const groups = [...members.keys()].filter((g) => members[g]?.has(name));
    if (groups.length !== 1) {
      const found = groups.length === 0 ? "no gate" : "more than one gate";
      throw new HemacastError("CONFIG_INVALID", `predictor ${name} belongs to ${found}; it needs to belong to one`);
    }
    return groups[0] as number;
  });
}

/** Each member learns from all rows but those of one fold, and stops by that fold. */
function memberTasks(
  set: TrainingSet,
  { x, groups }: Pick<NetworkTask, "x" | "groups">,
  config: ModelConfig,
  settings: NetworkConfig,
  random: Random,
): NetworkTask[] {
  const { outcome } = set.table;
  const repeats = Math.ceil(settings.members / config.innerFolds);
  const folds = repeatedFolds(set.table, { folds: config.innerFolds, repeats, seed: random.integer(2 ** 31) });
  const weights = classWeights(outcome, config.classWeights);
  return folds
    .slice(0, settings.members)
    .map(({ training, test }) => ({ x, groups, outcome, weights, learning: training, stopping: test }));
}

/** Inner folds for judging: the rows that are scored take no part in preparing, learning or stopping. */
function innerFolds(set: TrainingSet, config: ModelConfig, settings: NetworkConfig, random: Random): InnerFold[] {
  const seed = random.fork("inner folds").integer(2 ** 31);
  return repeatedFolds(set.table, { folds: config.innerFolds, repeats: 1, seed }).map((fold) => {
    const { training, tuning } = applyInnerFold(set, fold);
    const stream = random.fork(fold.name);
    const preparation = fitPreparation(training, config, stream.fork("preparation"));
    const prepared = {
      x: preparation.matrix(training.table),
      groups: gateGroups(preparation.names, settings),
    };
    const tasks = memberTasks(training, prepared, config, settings, stream.fork("members"));
    return { tasks, scored: preparation.matrix(tuning.table), rows: fold.test };
  });
}

/** The members of the whole training set, and the out-of-fold log odds of the inner folds with their loss. */
function judged(
  { table: { outcome } }: TrainingSet,
  config: ModelConfig,
  inner: readonly InnerFold[],
  trained: readonly TrainedNetwork[],
  finalCount: number,
) {
  const logOdds = new Float64Array(outcome.length);
  let at = finalCount;
  for (const { tasks, scored, rows } of inner) {
    const values = meanLogOdds(trained.slice(at, at + tasks.length), scored);
    for (const [i, row] of rows.entries()) logOdds[row] = values[i]!;
    at += tasks.length;
  }
  const loss = meanLogLoss(logOdds, outcome, classWeights(outcome, config.classWeights));
  return { members: trained.slice(0, finalCount), logOdds, loss };
}

function meanLogOdds(members: readonly TrainedNetwork[], x: DenseMatrix): Float64Array {
  return meanOf(members.map(({ network }) => denseLogOdds(network, x)));
}

function meanOf(lists: readonly Float64Array[]): Float64Array {
  return (lists[0] as Float64Array).map((_, i) => lists.reduce((sum, list) => sum + list[i]!, 0) / lists.length);
}
