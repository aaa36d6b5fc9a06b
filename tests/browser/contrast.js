// Every piece of text that can be seen, with its contrast against what is behind it, and every bar of a chart.
const probe = document.createElement("span");
document.body.append(probe);
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

// Any colour of CSS as red, green, blue and alpha; system colours as the page's colour scheme has them.
function parse(colour) {
    probe.style.color = colour;
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = getComputedStyle(probe).color;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
}

function over(front, back) {
    const alpha = front[3];
    return [0, 1, 2].map(index => front[index] * alpha + back[index] * (1 - alpha)).concat(1);
}

function luminance(colour) {
    const [red, green, blue] = colour.slice(0, 3).map(part => {
        part /= 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
}

function ancestors(element) {
    const all = [];
    for (; element; element = element.parentElement) all.unshift(element);
    return all;
}

function background(element) {
    let behind = parse("Canvas");
    for (const ancestor of ancestors(element)) behind = over(parse(getComputedStyle(ancestor).backgroundColor), behind);
    return behind;
}

function opacity(element) {
    return ancestors(element).reduce((product, ancestor) => product * getComputedStyle(ancestor).opacity, 1);
}

const found = [];
function measure(what, element, colour, behind) {
    const front = parse(colour);
    front[3] *= opacity(element);
    found.push({ what, colour, contrast: contrast(over(front, behind), behind) });
}

const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; (node = walker.nextNode());) {
    const element = node.parentElement;
    const text = node.textContent.trim();
    if (!text || !element.checkVisibility({ visibilityProperty: true }) || element.closest("title, style, script")) continue;
    const style = getComputedStyle(element);
    measure(text, element, element.closest("svg") ? style.fill : style.color, background(element));
}
const texts = found.splice(0);
for (const bar of document.querySelectorAll("rect.bar")) {
    if (bar.getBoundingClientRect().height > 0) measure("a bar", bar, getComputedStyle(bar).fill, background(bar));
}
const result = { texts, bars: found, page: luminance(background(document.body)) };
probe.remove();
return result;
