// An OpenID provider for tests: oidc-provider with accounts that a test writes, and tokens that a
// test may have spoiled. Arguments: port, address to send people back to. Says "ready" when it is.
import { createServer } from 'node:http'
import { generateKeyPairSync } from 'node:crypto'
import * as jose from 'jose'
import Provider from 'oidc-provider'

const [port, back] = process.argv.slice(2)
const issuer = `http://127.0.0.1:${port}`
const accounts = new Map()
let spoil = ''
let caught = ''

function pair (kid) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }
}
const key = pair('of-the-provider')
const strange = pair('of-the-provider')

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'spoc',
    client_secret: 'a secret of the tests, long enough',
    redirect_uris: [back],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    backchannel_logout_uri: `${issuer}/signed-out`
  }],
  jwks: { keys: [key] },
  cookies: { keys: ['of a test'] },
  pkce: { required: () => true },
  claims: { openid: ['sub', 'roles'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
  features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true }, backchannelLogout: { enabled: true } },
  // What it sends to an application is caught here: in the tests none listens.
  fetch: async (_url, options) => {
    caught = options.body.get('logout_token')
    return new Response()
  },
  conformIdTokenClaims: process.env.CLAIMS_ELSEWHERE === '1',
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub, ...accounts.get(sub) }) }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  loadExistingGrant: async (ctx) => {
    const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
    grant.addOIDCScope('openid profile email')
    await grant.save()
    return grant
  }
})

const signed = (claims, by) => jose.importJWK(by, 'RS256').then(
  (made) => new jose.SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: by.kid }).sign(made))
const now = () => Math.floor(Date.now() / 1000)
const spoiled = {
  forged: (claims) => signed(claims, strange),
  expired: (claims) => signed({ ...claims, iat: now() - 7200, exp: now() - 3600 }, key),
  nonce: (claims) => signed({ ...claims, nonce: 'of another browser' }, key),
  no_nonce: ({ nonce, ...claims }) => signed(claims, key),
  audience: (claims) => signed({ ...claims, aud: 'another application' }, key),
  audience_azp: (claims) => signed({ ...claims, aud: ['another application'], azp: 'spoc' }, key),
  nobody: (claims) => signed({ ...claims, sub: '' }, key),
  number: (claims) => signed({ ...claims, sub: 9 }, key),
  roles_true: (claims) => signed({ ...claims, roles: { 'Spoc.Dmo': false } }, key),
  issuer: (claims) => signed({ ...claims, iss: 'https://elsewhere.example' }, key),
  unsigned: (claims) => new jose.UnsecuredJWT(claims).encode(),
  secret: (claims) => new jose.SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: key.kid })
    .sign(new TextEncoder().encode('a secret of the tests, long enough')),
  changed: (_claims, token) => {
    const [head, body, signature] = token.split('.')
    const claims = { ...JSON.parse(Buffer.from(body, 'base64url')), roles: ['Spoc.Dmo'] }
    return [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
  },
  none: () => undefined
}
// What the provider says when somebody signed out: as it is, or made to prove nothing.
const spoiledOut = {
  sound: (claims, token) => token,
  forged: (claims) => signed(claims, strange),
  unsigned: (claims) => new jose.UnsecuredJWT(claims).encode(),
  no_event: ({ events, ...claims }) => signed(claims, key),
  nonce: (claims) => signed({ ...claims, nonce: 'n' }, key),
  audience: (claims) => signed({ ...claims, aud: 'another application' }, key),
  issuer: (claims) => signed({ ...claims, iss: 'https://elsewhere.example' }, key),
  old: (claims) => signed({ ...claims, iat: now() - 3600, exp: now() - 1800 }, key),
  session_alone: ({ sub, ...claims }) => signed(claims, key),
  rubbish: () => 'rubbish'
}
async function signOut (sub, how) {
  const client = await provider.Client.find('spoc')
  await client.backchannelLogout(sub, 'a session there')
  return spoiledOut[how](jose.decodeJwt(caught), caught)
}
provider.use(async (ctx, next) => {
  await next()
  if (ctx.oidc?.route === 'token' && spoil && ctx.body?.id_token) {
    const token = await spoiled[spoil](jose.decodeJwt(ctx.body.id_token), ctx.body.id_token)
    ctx.body = { ...ctx.body, id_token: token }
  }
})

const callback = provider.callback()
async function answer (request, response) {
  const { pathname, searchParams } = new URL(request.url, issuer)
  if (pathname === '/of-the-tests/accounts') {
    accounts.set(searchParams.get('sub'), JSON.parse(searchParams.get('claims')))
    return response.end('kept')
  }
  if (pathname === '/of-the-tests/spoil') {
    spoil = searchParams.get('how')
    return response.end('kept')
  }
  if (pathname === '/of-the-tests/sign-out') {
    return response.end(await signOut(searchParams.get('sub'), searchParams.get('how')))
  }
  if (pathname.startsWith('/interaction/')) {
    const accountId = searchParams.get('as')
    if (!accountId) return response.end('Who are you?')
    const result = accountId === 'nobody'
      ? { error: 'access_denied', error_description: 'turned back' }
      : { login: { accountId } }
    return provider.interactionFinished(request, response, result)
  }
  return callback(request, response)
}
createServer((request, response) => {
  answer(request, response).catch((error) => {
    response.statusCode = 500
    response.end(String(error))
  })
}).listen(Number(port), '127.0.0.1', () => console.log('ready'))
