/** Catalogue rows of texture: features of matrices of grey levels. Columns as `catalogue.ts` says. */

/**
 * Rows by family. i, j: grey levels (GLCM), or level i and number j (run length, zone size, distance, dependence); p: share of the matrix, its sum
 * n; N: voxels; Ng: levels; px, py, p(i+j), p(|i-j|): marginals.
 */
export const textureRows = {
  glcm: `
Autocorrelation | QWB0 | 1 | >= 1 | sum p i j
ClusterProminence | AE86 | 1 | >= 0 | sum p (i + j - mx - my)^4
ClusterShade | 7NFM | 1 | any | sum p (i + j - mx - my)^3
ClusterTendency | DG8W | 1 | >= 0 | sum p (i + j - mx - my)^2
Contrast | ACUI | 1 | >= 0 | sum p (i - j)^2
Correlation | NI2N | 1 | -1..1 | sum p (i - mx)(j - my) / (sx sy), 1 if flat
DifferenceAverage | TF7R | 1 | >= 0 | sum k p(|i-j| = k)
DifferenceEntropy | NTRS | bit | >= 0 | -sum p(|i-j|) log2 p(|i-j|)
DifferenceVariance | D3YU | 1 | >= 0 | variance of |i - j|
Id | IB1Z | 1 | 0..1 | sum p / (1 + |i - j|)
Idm | WF0Z | 1 | 0..1 | sum p / (1 + (i - j)^2)
Idmn | 1QCO | 1 | 0..1 | sum p / (1 + (i - j)^2 / Ng^2)
Idn | NDRX | 1 | 0..1 | sum p / (1 + |i - j| / Ng)
Imc1 | R8DG | 1 | -1..0 | (HXY - HXY1) / max(HX, HY)
Imc2 | JN9H | 1 | 0..1 | sqrt(1 - exp(-2 (HXY2 - HXY)))
InverseVariance | E8JP | 1 | 0..1 | sum over i != j of p / (i - j)^2
JointAverage | 60VM | level | >= 1 | mx = sum p i
JointEnergy | 8ZQL | 1 | 0..1 | sum p^2
JointEntropy | TU9B | bit | >= 0 | HXY = -sum p log2 p
MCC | - the standard has no maximal correlation coefficient | 1 | 0..1 | second singular value of p / sqrt(px py)
MaximumProbability | GYBY | 1 | 0..1 | max p
SumAverage | ZGXS | level | >= 2 | sum k p(i+j = k)
SumEntropy | P6QZ | bit | >= 0 | -sum p(i+j) log2 p(i+j)
SumSquares | UR99 | 1 | >= 0 | sum p (i - mx)^2`,
  glrlm: `
GrayLevelNonUniformity | R5YN | runs | > 0 | sum_i (sum_j n p)^2 / n
GrayLevelNonUniformityNormalized | OVBL | 1 | 0..1 | sum_i (sum_j p)^2
GrayLevelVariance | 8CE5 | 1 | >= 0 | variance of i
HighGrayLevelRunEmphasis | G3QZ | 1 | >= 1 | sum p i^2
LongRunEmphasis | W4KF | 1 | >= 1 | sum p j^2
LongRunHighGrayLevelEmphasis | 3KUM | 1 | >= 1 | sum p i^2 j^2
LongRunLowGrayLevelEmphasis | IVPO | 1 | > 0 | sum p j^2 / i^2
LowGrayLevelRunEmphasis | V3SW | 1 | 0..1 | sum p / i^2
RunEntropy | HJ9O | bit | >= 0 | -sum p log2 p
RunLengthNonUniformity | W92Y | runs | > 0 | sum_j (sum_i n p)^2 / n
RunLengthNonUniformityNormalized | IC23 | 1 | 0..1 | sum_j (sum_i p)^2
RunPercentage | 9ZK5 | 1 | 0..1 | n / N
RunVariance | SXLW | 1 | >= 0 | variance of j
ShortRunEmphasis | 22OV | 1 | 0..1 | sum p / j^2
ShortRunHighGrayLevelEmphasis | GD3A | 1 | > 0 | sum p i^2 / j^2
ShortRunLowGrayLevelEmphasis | HTZT | 1 | 0..1 | sum p / (i^2 j^2)`,
  glszm: `
GrayLevelNonUniformity | JNSA | zones | > 0 | sum_i (sum_j n p)^2 / n
GrayLevelNonUniformityNormalized | Y1RO | 1 | 0..1 | sum_i (sum_j p)^2
GrayLevelVariance | BYLV | 1 | >= 0 | variance of i
HighGrayLevelZoneEmphasis | 5GN9 | 1 | >= 1 | sum p i^2
LargeAreaEmphasis | 48P8 | 1 | >= 1 | sum p j^2
LargeAreaHighGrayLevelEmphasis | J17V | 1 | >= 1 | sum p i^2 j^2
LargeAreaLowGrayLevelEmphasis | YH51 | 1 | > 0 | sum p j^2 / i^2
LowGrayLevelZoneEmphasis | XMSY | 1 | 0..1 | sum p / i^2
SizeZoneNonUniformity | 4JP3 | zones | > 0 | sum_j (sum_i n p)^2 / n
SizeZoneNonUniformityNormalized | VB3A | 1 | 0..1 | sum_j (sum_i p)^2
SmallAreaEmphasis | 5QRC | 1 | 0..1 | sum p / j^2
SmallAreaHighGrayLevelEmphasis | HW1V | 1 | > 0 | sum p i^2 / j^2
SmallAreaLowGrayLevelEmphasis | 5RAI | 1 | 0..1 | sum p / (i^2 j^2)
ZoneEntropy | GU8N | bit | >= 0 | -sum p log2 p
ZonePercentage | P30P | 1 | 0..1 | n / N
ZoneVariance | 3NSA | 1 | >= 0 | variance of j`,
  gldm: `
DependenceEntropy | FCBV | bit | >= 0 | -sum p log2 p
DependenceNonUniformity | Z87G | voxels | > 0 | sum_j (sum_i n p)^2 / n
DependenceNonUniformityNormalized | OKJI | 1 | 0..1 | sum_j (sum_i p)^2
DependenceVariance | DNX2 | 1 | >= 0 | variance of j
GrayLevelNonUniformity | FP8K | voxels | > 0 | sum_i (sum_j n p)^2 / n
GrayLevelVariance | 1PFV | 1 | >= 0 | variance of i
HighGrayLevelEmphasis | OAE7 | 1 | >= 1 | sum p i^2
LargeDependenceEmphasis | IMOQ | 1 | >= 1 | sum p j^2
LargeDependenceHighGrayLevelEmphasis | 9QMG | 1 | >= 1 | sum p i^2 j^2
LargeDependenceLowGrayLevelEmphasis | NBZI | 1 | > 0 | sum p j^2 / i^2
LowGrayLevelEmphasis | TL9H | 1 | 0..1 | sum p / i^2
SmallDependenceEmphasis | SODN | 1 | 0..1 | sum p / j^2
SmallDependenceHighGrayLevelEmphasis | JA6D | 1 | > 0 | sum p i^2 / j^2
SmallDependenceLowGrayLevelEmphasis | EQ3F | 1 | 0..1 | sum p / (i^2 j^2)`,
  ngtdm: `
Busyness | NQ30 | 1 | >= 0 | sum p_i s_i / sum_ij |i p_i - j p_j|; s_i: sum of |i - mean of the neighbours|
Coarseness | QCDE | 1 | 0..1e6 | 1 / sum p_i s_i, 1e6 if flat
Complexity | HDEZ | 1 | >= 0 | sum_ij |i - j| (p_i s_i + p_j s_j) / (p_i + p_j) / N
Contrast | 65HE | 1 | >= 0 | sum_ij p_i p_j (i - j)^2 / (Ng (Ng - 1)) sum s_i / N
Strength | 1X9X | 1 | >= 0 | sum_ij (p_i + p_j)(i - j)^2 / sum s_i, 0 if flat`,
  gldzm: `
SmallDistanceEmphasis | 0GBI | 1 | 0..1 | sum p / j^2
LargeDistanceEmphasis | MB4I | 1 | >= 1 | sum p j^2
LowGrayLevelZoneEmphasis | S1RA | 1 | 0..1 | sum p / i^2
HighGrayLevelZoneEmphasis | K26C | 1 | >= 1 | sum p i^2
SmallDistanceLowGrayLevelEmphasis | RUVG | 1 | 0..1 | sum p / (i^2 j^2)
SmallDistanceHighGrayLevelEmphasis | DKNJ | 1 | > 0 | sum p i^2 / j^2
LargeDistanceLowGrayLevelEmphasis | A7WM | 1 | > 0 | sum p j^2 / i^2
LargeDistanceHighGrayLevelEmphasis | KLTH | 1 | >= 1 | sum p i^2 j^2
GrayLevelNonUniformity | VFT7 | zones | > 0 | sum_i (sum_j n p)^2 / n
GrayLevelNonUniformityNormalized | 7HP3 | 1 | 0..1 | sum_i (sum_j p)^2
ZoneDistanceNonUniformity | V294 | zones | > 0 | sum_j (sum_i n p)^2 / n
ZoneDistanceNonUniformityNormalized | IATH | 1 | 0..1 | sum_j (sum_i p)^2
ZonePercentage | VIWW | 1 | 0..1 | n / N
GrayLevelVariance | QK93 | 1 | >= 0 | variance of i
ZoneDistanceVariance | 7WT1 | 1 | >= 0 | variance of j
ZoneDistanceEntropy | GBDU | bit | >= 0 | -sum p log2 p`,
  ngldm: `
LowDependenceEmphasis | SODN | 1 | 0..1 | sum p / j^2
HighDependenceEmphasis | IMOQ | 1 | >= 1 | sum p j^2
LowGrayLevelCountEmphasis | TL9H | 1 | 0..1 | sum p / i^2
HighGrayLevelCountEmphasis | OAE7 | 1 | >= 1 | sum p i^2
LowDependenceLowGrayLevelEmphasis | EQ3F | 1 | 0..1 | sum p / (i^2 j^2)
LowDependenceHighGrayLevelEmphasis | JA6D | 1 | > 0 | sum p i^2 / j^2
HighDependenceLowGrayLevelEmphasis | NBZI | 1 | > 0 | sum p j^2 / i^2
HighDependenceHighGrayLevelEmphasis | 9QMG | 1 | >= 1 | sum p i^2 j^2
GrayLevelNonUniformity | FP8K | voxels | > 0 | sum_i (sum_j n p)^2 / n
GrayLevelNonUniformityNormalized | 5SPA | 1 | 0..1 | sum_i (sum_j p)^2
DependenceCountNonUniformity | Z87G | voxels | > 0 | sum_j (sum_i n p)^2 / n
DependenceCountNonUniformityNormalized | OKJI | 1 | 0..1 | sum_j (sum_i p)^2
DependenceCountPercentage | 6XV8 | 1 | 1 | n / N, always 1
GrayLevelVariance | 1PFV | 1 | >= 0 | variance of i
DependenceCountVariance | DNX2 | 1 | >= 0 | variance of j
DependenceCountEntropy | FCBV | bit | >= 0 | -sum p log2 p
DependenceCountEnergy | CAS9 | 1 | 0..1 | sum p^2`,
} as const;
