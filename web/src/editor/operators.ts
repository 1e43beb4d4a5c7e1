/** Operator of conditions, with the type of keys that it is for: that of the catalogue, or any. */
export interface Operator {
  name: string;
  type: 'String' | 'Numeric' | 'Date' | 'Bool' | 'Binary' | 'IPAddress' | 'ARN' | 'any';
}

const plain: Operator[] = [
  ...of('String', 'StringEquals', 'StringNotEquals', 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase', 'StringLike', 'StringNotLike'),
  ...of('ARN', 'ArnLike', 'ArnNotLike', 'ArnEquals', 'ArnNotEquals'),
  ...of('Bool', 'Bool'),
  ...of('IPAddress', 'IpAddress', 'NotIpAddress'),
  ...of('Numeric', 'NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericLessThanEquals', 'NumericGreaterThan', 'NumericGreaterThanEquals'),
  ...of('Date', 'DateEquals', 'DateNotEquals', 'DateLessThan', 'DateLessThanEquals', 'DateGreaterThan', 'DateGreaterThanEquals'),
  ...of('Binary', 'BinaryEquals'),
];

function of(type: Operator['type'], ...names: string[]): Operator[] {
  return names.map((name) => ({ name, type }));
}

/**
 * operators are all there are: the plain ones, Null, those that hold for an absent key, and those for keys of several values.
 * Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
 */
export const operators: readonly Operator[] = [
  ...plain,
  { name: 'Null', type: 'any' },
  ...plain.map(({ name, type }) => ({ name: `${name}IfExists`, type })),
  ...['ForAnyValue', 'ForAllValues'].flatMap((set) =>
    plain.flatMap(({ name, type }) => [
      { name: `${set}:${name}`, type },
      { name: `${set}:${name}IfExists`, type },
    ]),
  ),
];
