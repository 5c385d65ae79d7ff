/** The colours of the page, in whatever theme it is: a canvas knows nothing of it. */
export function getTheme(element) {
    const style = window.getComputedStyle(element);
    return {
        text: style.color,
        get: (name) => style.getPropertyValue(name).trim() || style.color,
    };
}
