// A server of proving jobs, Valkey or Redis, for the tests of queues. `node scripts/setup/redis.mjs find` says where it is;
// without `find` it is also installed where that needs no question.
import { runFinder } from './debian-program.mjs'

runFinder(import.meta.url, {
  what: 'Valkey or Redis',
  variable: 'WSC_REDIS_SERVER',
  names: ['valkey-server', 'redis-server'],
  places: ['/usr/bin', '/usr/local/bin'].flatMap((folder) => [`${folder}/valkey-server`, `${folder}/redis-server`]),
  packages: ['redis-server'],
  // In run level 1 the package starts no service of its own.
  env: { RUNLEVEL: '1' },
  cure: 'Install Valkey or Redis (Debian: apt-get install redis-server), or name one by WSC_REDIS_SERVER=/path/to/redis-server.',
})
