// What of the charts has too little contrast with what is behind it, by WCAG 2.2 (1.4.3 for text, 1.4.11 for bars), of
// which axe-core looks at neither.
(() => {
    const parse = text => {
        const colour = new axe.commons.color.Color();
        colour.parseString(text);
        return colour;
    };
    const behind = one => {
        const colour = parse(getComputedStyle(one).backgroundColor);
        return colour.alpha === 1 ? colour : behind(one.parentElement);
    };
    const contrast = one => axe.commons.color.getContrast(behind(one), parse(getComputedStyle(one).fill));
    const low = (selector, least) => [...document.querySelectorAll(selector)]
        .filter(one => one.getBoundingClientRect().height > 0 && !(contrast(one) >= least));
    return [...low("figure svg text", 4.5), ...low("figure svg rect.bar", 3)].map(one => one.outerHTML);
})()
