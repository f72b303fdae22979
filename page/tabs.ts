import { byId } from './dom.js'

/** A list of tabs, each with the id of its panel. The arrow keys move between them, as screen readers expect. */
export interface Tabs {
  /** The id of the panel that is chosen. */
  chosen(): string
}

/** Makes the buttons of a list work. Each names its panel in `aria-controls`. */
export function prepareTabs(id: string, onChoice: () => void): Tabs {
  const list = byId(id, HTMLElement)
  const tabs = [...list.querySelectorAll('button')]
  const panelOf = (tab: HTMLButtonElement): string => tab.getAttribute('aria-controls') ?? ''
  const choose = (tab: HTMLButtonElement): void => {
    for (const one of tabs) {
      one.setAttribute('aria-selected', String(one === tab))
      one.tabIndex = one === tab ? 0 : -1
    }
    onChoice()
  }
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener('click', () => choose(tab))
    tab.addEventListener('keydown', ({ key }) => {
      const step = STEPS[key]
      const next = step && tabs.at((index + step) % tabs.length)
      if (!next) return
      next.focus()
      choose(next)
    })
  }
  return {
    chosen() {
      const tab = tabs.find((one) => one.getAttribute('aria-selected') === 'true')
      return tab ? panelOf(tab) : ''
    },
  }
}

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 }
