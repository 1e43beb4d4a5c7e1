/** Characters that are told apart by eye, of each class that a password policy may ask for. */
const classes = ['ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnopqrstuvwxyz', '23456789', '!@#$%^&*()_+-=[]{}'];

/**
 * generatePassword makes a random password with characters of every class; 24 of them are more than 140 bits. It begins with none by which
 * a spreadsheet would take it for a formula.
 */
export function generatePassword(length = 24): string {
  const alphabet = classes.join('');
  for (;;) {
    const password = Array.from({ length }, () => alphabet[random(alphabet.length)]).join('');
    if (!/^[=+\-@]/.test(password) && classes.every((one) => [...one].some((character) => password.includes(character)))) return password;
  }
}

/** random is a whole number below bound, each as likely as the others. */
function random(bound: number): number {
  const limit = Math.floor(2 ** 32 / bound) * bound;
  for (;;) {
    const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
    if (value < limit) return value % bound;
  }
}
