/** all reads every page of a list of IAM: all((Marker) => iam.send(new ListUsersCommand({ Marker })), ({ Users }) => Users). */
export async function all<Answer extends { Marker?: string | undefined }, T>(
  page: (marker: string | undefined) => Promise<Answer>,
  of: (answer: Answer) => T[] | undefined,
): Promise<T[]> {
  const found: T[] = [];
  let marker: string | undefined;
  do {
    const answer = await page(marker);
    found.push(...(of(answer) ?? []));
    marker = answer.Marker;
  } while (marker !== undefined);
  return found;
}
