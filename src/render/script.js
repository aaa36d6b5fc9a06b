(() => {
  const { src, dataset: data } = document.currentScript
  if (window[src] || 'gpc' in data && navigator.globalPrivacyControl) return
  window[src] = 1
  let last

  const page = () => {
    const path = data.page || location.pathname + location.search
    try {
      if (!data.page && decodeURI(path)) return path.replace(/&/g, '%26')
    } catch {}
    return encodeURIComponent(path)
  }
  const count = () => {
    const now = page(), url = to => new URL(`${to}?page=${now}`, src)
    if (document.hidden || document.prerendering || now == last) return
    last = now
    fetch(url('visit'), { method: 'POST', keepalive: true, mode: 'no-cors', credentials: 'omit' })
      .catch(() => new Image().src = url('footfall.gif'))
  }

  for (const name of ['pushState', 'replaceState']) {
    const change = history[name]
    history[name] = (...to) => {
      const path = location.pathname
      change.apply(history, to)
      if (last && name > 'q' && path == location.pathname) last = page()
      count()
    }
  }
  for (const name of ['popstate', 'pageshow', 'visibilitychange', 'prerenderingchange'])
    addEventListener(name, count, true)
  addEventListener('pagehide', () => last = 0)
  count()
})()
