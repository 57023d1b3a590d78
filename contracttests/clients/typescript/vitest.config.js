import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['browser/**/*.test.js'], setupFiles: ['browser/setup.js'] },
})
