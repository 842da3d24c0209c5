import { HttpServer, type HttpServerOptions } from '../../../http/index.ts'
import { type ResultsRoutesComponents, resultsRoutes } from './results-routes.ts'

/** A server of results alone: what a node and its programs say of which count. Any page may read it. */
export function resultsServer(
  components: ResultsRoutesComponents,
  options: Pick<HttpServerOptions, 'host' | 'port'>,
): HttpServer {
  return new HttpServer({
    modules: [resultsRoutes(components)],
    anyOrigin: true,
    about: {
      title: 'World Supercomputer on Bitcoin: results',
      version: '1',
      description: 'Which results of graphs count on Bitcoin, as this server’s node and its programs say',
    },
    ...options,
  })
}
