/** ComBat: removes additive and multiplicative site effects from predictors, fitted on training participants, applicable to a new site. */
import { type FeatureTable, tableColumn } from "../cohort/feature-table.ts";
import type { TrainingSet } from "../cohort/splits.ts";
import { HemacastError } from "../core/errors.ts";
import { mean, variance } from "../math/statistics.ts";
import type { Transform } from "./transform.ts";

/** Shift and scale of one site, per predictor, in pooled standard deviations. */
interface SiteEffect {
  readonly shift: Float64Array;
  readonly scale: Float64Array;
}

/** With fewer rows a site's own effect cannot be told from chance. */
const leastRowsPerSite = 5;

/**
 * Fits ComBat with empirical Bayes priors. Values must not be missing. Labels are not used.
 *
 * A row of a site that was not in training: if at least 5 rows of that site are transformed together, the site's effect is estimated
 * from them (predictors only); fewer rows stay as they are.
 *
 * @throws HemacastError MANIFEST_INVALID without sites, with one site, or when a training site has fewer than 5 rows
 * @see Johnson, Li & Rabinovic 2007, doi:10.1093/biostatistics/kxj037; for radiomics: Orlhac 2018, doi:10.2967/jnumed.117.199935
 */
export function fitCombat(set: TrainingSet): Transform {
  const { table } = set;
  if (!table.sites) throw new HemacastError("MANIFEST_INVALID", "ComBat needs a site for each row");
  const siteNames = [...new Set(table.sites)].sort();
  if (siteNames.length < 2) throw new HemacastError("MANIFEST_INVALID", "ComBat needs at least two training sites");
  const rowsOf = (sites: readonly string[], site: string): number[] => sites.flatMap((s, i) => (s === site ? [i] : []));
  const small = siteNames.filter((site) => rowsOf(table.sites as string[], site).length < leastRowsPerSite).length;
  if (small > 0) {
    throw new HemacastError(
      "MANIFEST_INVALID",
      `${small} training sites have fewer than ${leastRowsPerSite} rows: too few for ComBat`,
    );
  }
  const p = table.names.length;
  const columns = table.names.map((_, c) => tableColumn(table, c));
  const siteRows = siteNames.map((site) => rowsOf(table.sites as string[], site));
  const center = columns.map((column) => mean(column));
  const pooled = columns.map((column) => {
    const squares = siteRows.map((rows) => {
      const values = rows.map((row) => column[row] as number);
      return variance(values) * (values.length - 1);
    });
    return Math.sqrt(squares.reduce((a, b) => a + b, 0) / table.participantIds.length) || 1;
  });
  const standardized = (t: FeatureTable, row: number, c: number): number =>
    ((t.values[row * p + c] as number) - (center[c] as number)) / (pooled[c] as number);
  const momentsOf = (t: FeatureTable, rows: readonly number[]) =>
    table.names.map((_, c) => {
      const values = rows.map((row) => standardized(t, row, c));
      return { mean: mean(values), variance: variance(values), n: values.length, values };
    });
  const effects = new Map(siteNames.map((site, k) => [site, posterior(momentsOf(table, siteRows[k] as number[]))]));
  return {
    what: "ComBat",
    fittedOn: table.participantIds,
    names: table.names,
    facts: { sites: siteNames },
    apply(other) {
      if (!other.sites) throw new HemacastError("MANIFEST_INVALID", "ComBat needs a site for each row");
      const known = new Map(effects);
      for (const site of new Set(other.sites)) {
        const rows = rowsOf(other.sites, site);
        if (!known.has(site) && rows.length >= leastRowsPerSite) known.set(site, posterior(momentsOf(other, rows)));
      }
      const values = other.values.map((value, i) => {
        const effect = known.get((other.sites as string[])[Math.floor(i / p)] as string);
        if (!effect) return value;
        const c = i % p;
        const z = standardized(other, Math.floor(i / p), c);
        return (
          ((z - (effect.shift[c] as number)) / Math.sqrt(effect.scale[c] as number)) * (pooled[c] as number) +
          (center[c] as number)
        );
      });
      return { ...other, values };
    },
  };
}

interface Moments {
  readonly mean: number;
  readonly variance: number;
  readonly n: number;
  readonly values: readonly number[];
}

/** Normal prior of the shifts and inverse gamma prior (shape, rate) of the variances over predictors. */
interface Prior {
  readonly mean: number;
  readonly variance: number;
  readonly shape: number;
  readonly rate: number;
}

function priorOf(moments: readonly Moments[]): Prior {
  const means = moments.map((m) => m.mean);
  const variances = moments.map((m) => m.variance);
  if (moments.length < 2) return { mean: 0, variance: 1e6, shape: 1e-6, rate: 1e-6 };
  const [m, s2] = [mean(variances), Math.max(variance(variances), 1e-12)];
  return {
    mean: mean(means),
    variance: Math.max(variance(means), 1e-12),
    shape: (2 * s2 + m * m) / s2,
    rate: (m * s2 + m ** 3) / s2,
  };
}

/** Posterior means of shift and scale, found by iterating their conditional expectations. */
function posterior(moments: readonly Moments[]): SiteEffect {
  const prior = priorOf(moments);
  const shift = new Float64Array(moments.length);
  const scale = new Float64Array(moments.length);
  for (const [c, { mean: own, variance: ownVariance, n, values }] of moments.entries()) {
    let [g, d] = [own, Math.max(ownVariance, 1e-12)];
    for (let step = 0; step < 100; step++) {
      const nextG = (n * prior.variance * own + d * prior.mean) / (n * prior.variance + d);
      const squares = values.reduce((sum, value) => sum + (value - nextG) ** 2, 0);
      const nextD = (prior.rate + squares / 2) / (n / 2 + prior.shape - 1);
      const change = Math.max(Math.abs(nextG - g), Math.abs(nextD - d) / d);
      [g, d] = [nextG, nextD];
      if (change < 1e-10) break;
    }
    shift[c] = g;
    scale[c] = Math.max(d, 1e-12);
  }
  return { shift, scale };
}
