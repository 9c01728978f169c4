/** The one way from a training set to a fitted model, whichever learner the configuration names. */
import type { TrainingSet } from "../cohort/splits.ts";
import type { Random } from "../core/random.ts";
import { fitModel } from "./fit-model.ts";
import type { FittedModel } from "./fitted-model.ts";
import type { ModelConfig } from "./learner-config.ts";
import { fitNetworkModel } from "./network-learner.ts";

/**
 * Fits a model on a training set. Nothing outside the set is looked at.
 *
 * @throws HemacastError as `fitModel` and `fitNetworkModel`
 */
export async function fitLearner(set: TrainingSet, config: ModelConfig, random: Random): Promise<FittedModel> {
  return config.network === null || config.lateFusion !== null
    ? fitModel(set, config, random)
    : fitNetworkModel(set, config, config.network, random);
}
