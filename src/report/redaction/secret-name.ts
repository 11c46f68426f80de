/** Within a name in one piece, such as `PGPASSWORD` or `secretKeyBase`. */
const ANYWHERE =
  /passw|passphrase|passcode|kennwort|geheim|secret|token|credential|apikey|accesskey|privatekey|bearer|senha|contrase|wachtwoord|motdepasse/

/** A part of the name, anywhere in it. */
const PARTS = new Set(
  'pass pwd pw psw pswd psk creds cred jwt otp totp hmac pepper salt mdp haslo parola clave dsn'.split(' '),
)

/** The last part of the name. */
const LAST = new Set('auth pin seed cookie signature sas private webhook community'.split(' '))

/** A name that ends so tells of a secret what everybody may know: `TOKEN_URL`, `PASSWORD_MIN_LENGTH`. */
const DESCRIPTION = new Set(
  'url uri host port name id ttl length size count type kind algorithm alg expiry expires expiration lifetime issuer audience path file folder timeout enabled policy header endpoint region mode format provider version scope method'.split(
    ' ',
  ),
)

/** Names that say nothing of what they hold. */
const EMPTY = new Set('value values data text content string default v val'.split(' '))

/**
 * Whether the name of a value says that it is secret. Where the name says nothing (`value`), the place that holds it is
 * asked: the last part of a path.
 *
 * @param place a path in Vault, or a file
 */
export function isSecretName(name: string, place = ''): boolean {
  const parts = partsOf(name)
  if (parts.every((part) => EMPTY.has(part))) {
    const last = place.split('/').at(-1) ?? ''
    return last !== '' && isSecretName(last)
  }
  const last = parts.at(-1) ?? ''
  if (DESCRIPTION.has(last) && parts.length > 1) return false
  if (ANYWHERE.test(parts.join(''))) return true
  if (parts.some((part) => PARTS.has(part)) || LAST.has(last)) return true
  // The name of a user is half of a login.
  if (/user(?:name)?$|^login$/.test(last)) return true
  if (name.toLowerCase() === 'key') return true
  // `key` with a number is no more than a name; `api_key`, `signing-key-2` and `encryptionKey` are keys.
  return parts.slice(1).some((part) => part === 'key' || part === 'keys')
}

/** `dbRootPassword`, `DB_ROOT_PASSWORD` and `db.root-password` have the same parts; numbers are left out. */
function partsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((part) => part !== '')
}
