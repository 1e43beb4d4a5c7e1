/** signInPage is the address at which the users of an account sign in; with the account filled in, so that they need not know it. */
export function signInPage({ account, alias }: { account: string; alias?: string | undefined }): string {
  return `${location.origin}/signin?account=${alias ?? account}`;
}
