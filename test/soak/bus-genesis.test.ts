import { genesisTestSuite } from '../support/bus-genesis.ts'

/** 10,000 headers from genesis, across four retargets that change nothing, compressed at ten heights. */
genesisTestSuite([1, 60, 500, 1000, 2015, 2016, 4033, 6000, 8064, 10_000])
