/** The only source of randomness: seeded, splittable by name, the same on every machine. */
import { requireWhole } from "./guards.ts";

/** A stream of pseudo-random numbers. */
export interface Random {
  /** Uniform in [0, 1) with 32 bits. */
  uniform(): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** Whole number in [0, n). */
  integer(n: number): number;
  /** A new, independent stream that depends on this stream's seed and the name alone, not on how much was drawn. */
  fork(name: string): Random;
  /** The state, for exact resume. */
  state(): RandomState;
}

/** All that is needed to continue a stream exactly. */
export interface RandomState {
  readonly seed: number;
  readonly words: readonly [number, number, number, number];
  readonly spareNormal: number | null;
}

/**
 * A stream of random numbers (xoshiro128**, seeded by splitmix32).
 *
 * @param seed whole number in [0, 2^32)
 * @throws HemacastError ARGUMENT_INVALID when the seed is not a whole number of at least 0
 * @see Blackman & Vigna 2021, doi:10.1145/3460772
 * @example createRandom(1).integer(1000) === createRandom(1).integer(1000) // => true
 */
export function createRandom(seed: number): Random {
  requireWhole("seed", seed, 0);
  const mixed = splitmix32(seed >>> 0);
  return resumeRandom({ seed: seed >>> 0, words: [mixed(), mixed(), mixed(), mixed()], spareNormal: null });
}

/**
 * Continues a stream where its state was taken.
 *
 * @example resumeRandom(createRandom(7).state()).uniform() === createRandom(7).uniform() // => true
 */
export function resumeRandom(from: RandomState): Random {
  let [a, b, c, d] = from.words;
  let spare = from.spareNormal;
  const next = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return result;
  };
  const uniform = (): number => next() / 4294967296;
  return {
    uniform,
    normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    integer(n) {
      requireWhole("n", n, 1);
      return Math.floor(uniform() * n);
    },
    fork: (name) => createRandom(hashText(name, from.seed)),
    state: () => ({ seed: from.seed, words: [a, b, c, d], spareNormal: spare }),
  };
}

/**
 * A shuffled copy (Fisher-Yates).
 *
 * @example shuffled([1, 2, 3], createRandom(1)).length // => 3
 */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const kept = result[i] as T;
    result[i] = result[j] as T;
    result[j] = kept;
  }
  return result;
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return z ^ (z >>> 15);
  };
}

/** FNV-1a over the characters, started from the seed. */
function hashText(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
