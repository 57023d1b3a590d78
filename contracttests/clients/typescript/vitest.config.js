import { defineConfig } from 'vitest/config'

// SDK_AS_IS=1 leaves out what the SDK needs in a DOM environment.
const setupFiles = process.env.SDK_AS_IS ? [] : ['browser/setup.js']

export default defineConfig({
  test: { include: ['browser/**/*.test.js'], setupFiles },
})
