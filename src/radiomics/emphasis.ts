/**
 * What run length, size zone, distance zone and dependence matrices have in common: counts of pairs (level i, number j), and the same statistics of them.
 */

/** Counts of pairs of a grey level and a number (run length, zone size, distance, dependence), only the pairs that occur. */
export interface PairCounts {
  readonly level: Float64Array;
  readonly number: Float64Array;
  readonly count: Float64Array;
}

/** Statistics of pairs; "small" and "large" are about the number, "low" and "high" about the level. */
export interface Emphases {
  readonly total: number;
  readonly small: number;
  readonly large: number;
  readonly low: number;
  readonly high: number;
  readonly smallLow: number;
  readonly smallHigh: number;
  readonly largeLow: number;
  readonly largeHigh: number;
  readonly levelNonUniformity: number;
  readonly numberNonUniformity: number;
  readonly levelVariance: number;
  readonly numberVariance: number;
  readonly entropy: number;
  /** Sum of squared probabilities. */
  readonly energy: number;
  /** Sum of the numbers over all pairs: the voxels, for runs and zones. */
  readonly numberSum: number;
}

/**
 * Counts pairs; the different ones in ascending order of level, then number.
 *
 * @param pairs `[level, number, level, number, ...]`
 */
export function countPairs(pairs: readonly number[] | Int32Array): PairCounts {
  let [highest, most] = [0, 0];
  for (let p = 0; p < pairs.length; p += 2) {
    if (pairs[p] > highest) highest = pairs[p];
    if (pairs[p + 1] > most) most = pairs[p + 1];
  }
  // A table of all that could occur is faster where it is not much larger than what does; zones and levels can be far apart.
  const width = most + 1;
  if ((highest + 1) * width > 4 * pairs.length + 4096) return countSparsePairs(pairs);
  const table = new Int32Array((highest + 1) * width);
  let different = 0;
  for (let p = 0; p < pairs.length; p += 2) if (table[pairs[p] * width + pairs[p + 1]]++ === 0) different++;
  const [level, number, count] = Array.from({ length: 3 }, () => new Float64Array(different));
  for (let at = 0, n = 0; n < different; at++) {
    if (table[at] === 0) continue;
    level[n] = Math.floor(at / width);
    number[n] = at % width;
    count[n++] = table[at];
  }
  return { level, number, count };
}

function countSparsePairs(pairs: readonly number[] | Int32Array): PairCounts {
  const counts = new Map<number, number>();
  // Both are far below 2^26: the key is exact.
  for (let p = 0; p < pairs.length; p += 2) {
    const key = pairs[p] * 2 ** 26 + pairs[p + 1];
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const keys = Float64Array.from([...counts.keys()].sort((a, b) => a - b));
  return {
    level: keys.map((key) => Math.floor(key / 2 ** 26)),
    number: keys.map((key) => key % 2 ** 26),
    count: keys.map((key) => counts.get(key) as number),
  };
}

/** The counts of several matrices added up, each with its weight. */
export function addPairs(
  matrices: readonly PairCounts[],
  weights: readonly number[] = matrices.map(() => 1),
): PairCounts {
  const counts = new Map<number, number>();
  matrices.forEach(({ level, number, count }, which) => {
    for (let p = 0; p < count.length; p++) {
      const key = (level[p] as number) * 2 ** 26 + (number[p] as number);
      counts.set(key, (counts.get(key) ?? 0) + (weights[which] as number) * (count[p] as number));
    }
  });
  const keys = Float64Array.from(counts.keys());
  return {
    level: keys.map((key) => Math.floor(key / 2 ** 26)),
    number: keys.map((key) => key % 2 ** 26),
    count: Float64Array.from(counts.values()),
  };
}

/**
 * The statistics.
 *
 * @returns null when nothing was counted
 * @see IBSI 2019 sections 3.7 to 3.9 and 3.11
 */
export function emphases({ level, number, count }: PairCounts): Emphases | null {
  const total = count.reduce((sum, n) => sum + n, 0);
  if (!(total > 0)) return null;
  let [small, large, low, high, smallLow, smallHigh, largeLow, largeHigh] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [levelMean, numberMean, entropy, energy, numberSum] = [0, 0, 0, 0, 0];
  const [byLevel, byNumber] = [new Map<number, number>(), new Map<number, number>()];
  for (let p = 0; p < count.length; p++) {
    const n = count[p] as number;
    const i = level[p] as number;
    const j = number[p] as number;
    const i2 = i * i;
    const j2 = j * j;
    const q = n / total;
    small += q / j2;
    large += q * j2;
    low += q / i2;
    high += q * i2;
    smallLow += q / (i2 * j2);
    smallHigh += (q * i2) / j2;
    largeLow += (q * j2) / i2;
    largeHigh += q * i2 * j2;
    levelMean += q * i;
    numberMean += q * j;
    numberSum += n * j;
    entropy -= q * Math.log2(q);
    energy += q * q;
    byLevel.set(i, (byLevel.get(i) ?? 0) + n);
    byNumber.set(j, (byNumber.get(j) ?? 0) + n);
  }
  let [levelVariance, numberVariance] = [0, 0];
  for (const [i, n] of byLevel) levelVariance += (n / total) * (i - levelMean) ** 2;
  for (const [j, n] of byNumber) numberVariance += (n / total) * (j - numberMean) ** 2;
  return {
    ...{ total, small, large, low, high, smallLow, smallHigh, largeLow, largeHigh },
    levelNonUniformity: nonUniformity(byLevel, total),
    numberNonUniformity: nonUniformity(byNumber, total),
    ...{ levelVariance, numberVariance, entropy, energy, numberSum },
  };
}

function nonUniformity(marginal: ReadonlyMap<number, number>, total: number): number {
  let squares = 0;
  for (const n of marginal.values()) squares += n * n;
  return squares / total;
}
