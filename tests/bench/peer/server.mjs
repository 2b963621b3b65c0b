// SPDX-License-Identifier: Apache-2.0
//
// A plain Node.js service to measure against: accepts a signed vote, verifies its signature
// (RFC 9421, Ed25519) and Content-Digest, checks the vote, writes it with one INSERT through a pool
// of connections, and answers 201. As its author would write it with care and no tricks: one
// process, asynchronous verification on the thread pool, a prepared statement.
import { createServer } from 'node:http'
import { createHash, createPublicKey, verify } from 'node:crypto'
import pg from 'pg'

const plan = JSON.parse(process.env.PEER_PLAN)
const pool = new pg.Pool({ connectionString: plan.database, max: 20 })
const path = new RegExp('^/v1/ballots/([0-9a-f-]{36})/votes$')
const input = /^([a-z0-9]+)=(\(([^)]*)\);created=(\d+);nonce="([^"]{16,64})";keyid="([^"]+)"(?:;alg="ed25519")?)$/
const options = new Set(plan.options)
const areas = new Set(plan.areas)
const age = 120_000
const nonces = new Map()
const required = ['@method', '@authority', '@path', 'content-digest', 'idempotency-key']
const key = createPublicKey({
  key: { kty: 'OKP', crv: 'Ed25519', x: plan.public_key },
  format: 'jwk',
})

const insert = {
  name: 'vote',
  text: `INSERT INTO vote (ballot_id, voter, request_key, request_hash, area, sex, age_band, basis,
           channel, choices)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
}

class Refusal extends Error {
  constructor(status, code) {
    super(code)
    this.status = status
  }
}

function need(condition, status, code) {
  if (!condition) throw new Refusal(status, code)
}

function rememberNonce(nonce, now) {
  need(!nonces.has(nonce), 401, 'replayed')
  nonces.set(nonce, now)
  // Insertion order is age order: forget from the front what is too old to be accepted anyway.
  for (const [old, at] of nonces) {
    if (now - at <= 2 * age) break
    nonces.delete(old)
  }
}

async function checkSignature(request, body) {
  const found = input.exec(request.headers['signature-input'] ?? '')
  need(found, 401, 'bad-signature')
  const [, label, parameters, list, created, nonce, keyId] = found
  const covered = list.split(' ').map((name) => name.slice(1, -1))
  const now = Date.now()
  need(keyId === plan.key_id, 401, 'unknown-credential')
  need(Math.abs(now - created * 1000) <= age, 401, 'stale-signature')
  need(required.every((name) => covered.includes(name)), 401, 'bad-signature')

  const digest = createHash('sha256').update(body).digest('base64')
  need(request.headers['content-digest'] === `sha-256=:${digest}:`, 400, 'bad-digest')

  const derived = {
    '@method': request.method,
    '@authority': request.headers.host,
    '@path': request.url,
  }
  const lines = covered.map((name) => `"${name}": ${derived[name] ?? request.headers[name]}`)
  lines.push(`"@signature-params": ${parameters}`)
  const base = Buffer.from(lines.join('\n'))
  const text = request.headers.signature ?? ''
  need(text.startsWith(`${label}=:`) && text.endsWith(':'), 401, 'bad-signature')
  const signature = Buffer.from(text.slice(label.length + 2, -1), 'base64')
  const right = await new Promise((resolve, reject) =>
    verify(null, base, key, signature, (error, result) => (error ? reject(error) : resolve(result))),
  )
  need(right, 401, 'bad-signature')
  rememberNonce(nonce, now)
}

function checkVote(vote) {
  need(typeof vote.subject === 'string' && /^[A-Za-z0-9_-]{43}$/.test(vote.subject), 422, 'subject')
  need(areas.has(vote.area), 422, 'area')
  need(['web', 'kiosk', 'booth', 'paper'].includes(vote.channel), 422, 'channel')
  need(Array.isArray(vote.choices) && vote.choices.length <= plan.max_options, 422, 'choices')
  const seen = new Set()
  for (const choice of vote.choices) {
    need(options.has(choice.option) && !seen.has(choice.option), 422, 'option')
    seen.add(choice.option)
  }
}

async function readBody(request) {
  const pieces = []
  for await (const piece of request) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function handle(request) {
  const matched = path.exec(request.url)
  need(request.method === 'POST' && matched, 404, 'not-found')
  const body = await readBody(request)
  await checkSignature(request, body)
  const vote = JSON.parse(body)
  checkVote(vote)
  const requestHash = createHash('sha256').update(body).digest()
  const written = await pool.query({
    ...insert,
    values: [
      matched[1],
      Buffer.from(vote.subject, 'base64url'),
      request.headers['idempotency-key'],
      requestHash,
      vote.area,
      vote.sex,
      vote.age_band,
      vote.basis,
      vote.channel,
      JSON.stringify(vote.choices),
    ],
  })
  need(written.rowCount === 1, 409, 'already-voted')
  return { vote: { rev: 1, request_hash: requestHash.toString('base64url') } }
}

function answer(response, status, value) {
  const text = JSON.stringify(value)
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}

const server = createServer((request, response) => {
  handle(request).then(
    (value) => answer(response, 201, value),
    (error) => {
      const status = error instanceof Refusal ? error.status : error instanceof SyntaxError ? 400 : 500
      if (status === 500) console.error(error)
      answer(response, status, { code: error.message })
    },
  )
})

process.on('SIGTERM', () => {
  server.close(() => pool.end())
  server.closeAllConnections()
})
server.listen(plan.port, '127.0.0.1', () => console.log('listening'))
