/** Eigenvalues, without eigenvectors, of symmetric matrices of any size. */

/**
 * The eigenvalues of a symmetric matrix, ascending: reflections to tridiagonal form, then implicit QL steps. 4/3 m^3 operations, as eigenvectors are
 * not made.
 *
 * @param entries m x m by rows; only the lower triangle is read
 * @throws RangeError where the steps do not converge, which no finite matrix is known to do
 * @see Golub & Van Loan, Matrix Computations, sections 8.3.1 and 8.3.5
 * @example [...symmetricEigenvalues(Float64Array.of(2, 1, 1, 2), 2)].map(Math.round) // => [1, 3]
 */
export function symmetricEigenvalues(entries: Float64Array, m: number): Float64Array {
  const { diagonal, beside } = tridiagonal(entries.slice(), m);
  return diagonalised(diagonal, beside).sort();
}

/** Of a tridiagonal matrix the diagonal, and the entries beside it: `beside[i]` between i and i + 1, the last one 0. */
interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly beside: Float64Array;
}

/** Reflects column after column, the last one first, so that only the entries next to the diagonal stay; `a` is used up. */
function tridiagonal(a: Float64Array, m: number): Tridiagonal {
  const [diagonal, beside, v, p] = Array.from({ length: 4 }, () => new Float64Array(m));
  for (let row = m - 1; row > 0; row--) {
    const at = row * m;
    diagonal[row] = a[at + row];
    let squares = 0;
    for (let i = 0; i < row; i++) squares += a[at + i] * a[at + i];
    const last = a[at + row - 1];
    // What is left of the row after the reflection, with the sign that does not cancel.
    const rest = last > 0 ? -Math.sqrt(squares) : Math.sqrt(squares);
    beside[row - 1] = rest;
    const half = squares - last * rest;
    if (half === 0) continue;
    for (let i = 0; i < row; i++) v[i] = a[at + i];
    v[row - 1] -= rest;
    reflect(a, m, row, v, p, half);
  }
  diagonal[0] = a[0];
  return { diagonal, beside };
}

/** Reflects the leading rows and columns of `a` across `v`, whose squared length is `2 half`; only the lower triangle is kept up. */
function reflect(a: Float64Array, m: number, rows: number, v: Float64Array, p: Float64Array, half: number): void {
  p.fill(0, 0, rows);
  for (let i = 0; i < rows; i++) {
    const at = i * m;
    let sum = a[at + i] * v[i];
    for (let j = 0; j < i; j++) {
      sum += a[at + j] * v[j];
      p[j] += a[at + j] * v[i];
    }
    p[i] += sum;
  }
  let vp = 0;
  for (let i = 0; i < rows; i++) {
    p[i] /= half;
    vp += v[i] * p[i];
  }
  const along = vp / (2 * half);
  for (let i = 0; i < rows; i++) p[i] -= along * v[i];
  for (let i = 0; i < rows; i++) {
    const at = i * m;
    for (let j = 0; j <= i; j++) a[at + j] -= v[i] * p[j] + p[i] * v[j];
  }
}

/** More steps than any eigenvalue has been seen to need (about two). */
const MOST_STEPS = 60;

/** QL steps with implicit shifts; the arrays are used up. */
function diagonalised(d: Float64Array, e: Float64Array): Float64Array {
  for (let from = 0; from < d.length; from++) {
    for (let step = 0; ; step++) {
      const to = firstSplit(d, e, from);
      if (to === from) break;
      if (step === MOST_STEPS) throw new RangeError(`an eigenvalue has not converged in ${MOST_STEPS} steps`);
      qlStep(d, e, from, to);
    }
  }
  return d;
}

/** The first place from which on an entry beside the diagonal is nothing against its neighbours. */
function firstSplit(d: Float64Array, e: Float64Array, from: number): number {
  let at = from;
  while (at + 1 < d.length) {
    const near = Math.abs(d[at]) + Math.abs(d[at + 1]);
    if (Math.abs(e[at]) <= Number.EPSILON * near) break;
    at++;
  }
  return at;
}

function qlStep(d: Float64Array, e: Float64Array, from: number, to: number): void {
  const slope = (d[from + 1] - d[from]) / (2 * e[from]);
  const root = Math.hypot(slope, 1);
  let g = d[to] - d[from] + e[from] / (slope + (slope < 0 ? -root : root));
  let [sine, cosine, moved] = [1, 1, 0];
  for (let i = to - 1; i >= from; i--) {
    const [f, b] = [sine * e[i], cosine * e[i]];
    const length = Math.hypot(f, g);
    e[i + 1] = length;
    if (length === 0) {
      d[i + 1] -= moved;
      e[to] = 0;
      return;
    }
    [sine, cosine] = [f / length, g / length];
    const shifted = d[i + 1] - moved;
    const turned = (d[i] - shifted) * sine + 2 * cosine * b;
    moved = sine * turned;
    d[i + 1] = shifted + moved;
    g = cosine * turned - b;
  }
  d[from] -= moved;
  e[from] = g;
  e[to] = 0;
}
