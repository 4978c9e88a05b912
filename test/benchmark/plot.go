package main

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"
)

// plot draws the figures of a page that people compare: throughput beside the floor, and how long one object
// takes. It reads the page's own tables, so that picture and page cannot differ and a page can be drawn again.
func plot(page string) (string, error) {
	rows := tableOf(page, "## Creating: speed")
	if len(rows) == 0 {
		return "", fmt.Errorf("the page has no table of the creates")
	}
	throughput := panel{title: "objects made per second, from a backlog", series: []string{"objects/s", "floor, objects/s"}, names: []string{"the manager", "the floor: a bare program"}, read: number}
	latency := panel{title: "from apply to Ready, one by one while it runs (ms)", series: []string{"apply to Ready p50", "p99"}, names: []string{"p50", "p99"}, read: milliseconds}
	var b strings.Builder
	height := throughput.height(rows) + latency.height(rows)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="sans-serif" font-size="12">
<title>How fast objects are made</title>
<rect width="100%%" height="100%%" fill="#ffffff"/>
`, plotWidth, height, plotWidth, height)
	for i, p := range []panel{throughput, latency} {
		if err := p.draw(&b, rows, i*throughput.height(rows)); err != nil {
			return "", err
		}
	}
	b.WriteString("</svg>\n")
	return b.String(), nil
}

const (
	plotWidth, labelWidth, valueWidth = 860, 290, 70
	barHeight, panelHead, panelFoot   = 13, 50, 14
)

var plotColours = []string{"#2f6fb0", "#b9c2cc"}

// panel is a bar for each of its series in each row of a table.
type panel struct {
	title string
	// series are the columns that are drawn, names what the legend calls them.
	series, names []string
	read          func(cell string) (float64, error)
}

func (p panel) rowHeight() int { return barHeight*len(p.series) + 10 }
func (p panel) height(rows []map[string]string) int {
	return panelHead + len(rows)*p.rowHeight() + panelFoot
}

func (p panel) draw(b *strings.Builder, rows []map[string]string, top int) error {
	most := 0.0
	values := make([][]float64, len(rows))
	for i, row := range rows {
		for _, s := range p.series {
			v, err := p.read(row[s])
			if err != nil {
				return fmt.Errorf("%s: %q: %w", s, row[s], err)
			}
			values[i] = append(values[i], v)
			most = max(most, v)
		}
	}
	fmt.Fprintf(b, "<text x=\"10\" y=\"%d\" font-size=\"14\" font-weight=\"bold\">%s</text>\n", top+22, html.EscapeString(p.title))
	for i, name := range p.names {
		x := 10 + i*labelWidth/2
		fmt.Fprintf(b, "<rect x=\"%d\" y=\"%d\" width=\"10\" height=\"10\" fill=\"%s\"/><text x=\"%d\" y=\"%d\">%s</text>\n", x, top+31, plotColours[i], x+15, top+40, html.EscapeString(name))
	}
	for i, row := range rows {
		y := top + panelHead + i*p.rowHeight()
		label := row["population"] + ", " + row["latency"] + ", budget " + row["budget"]
		fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", labelWidth-8, y+p.rowHeight()/2, html.EscapeString(label))
		for j, v := range values[i] {
			cell := row[p.series[j]]
			if cell == nothing {
				continue
			}
			width := v / max(most, 1) * (plotWidth - labelWidth - valueWidth)
			fmt.Fprintf(b, "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/><text x=\"%.1f\" y=\"%d\" font-size=\"10\">%s</text>\n",
				labelWidth, y+j*barHeight, width, barHeight-2, plotColours[j], labelWidth+width+4, y+(j+1)*barHeight-4, html.EscapeString(cell))
		}
	}
	return nil
}

// nothing is what a cell has that was not measured.
const nothing = "–"

func number(cell string) (float64, error) {
	if cell == nothing {
		return 0, nil
	}
	return strconv.ParseFloat(strings.ReplaceAll(cell, ",", ""), 64)
}

func milliseconds(cell string) (float64, error) {
	if cell == nothing {
		return 0, nil
	}
	d, err := time.ParseDuration(strings.ReplaceAll(cell, " ", ""))
	return float64(d.Milliseconds()), err
}

// tableOf reads the first table below a heading of a page: a map from column to cell for each row.
func tableOf(page, heading string) (rows []map[string]string) {
	_, below, _ := strings.Cut(page, "\n"+heading+"\n")
	below, _, _ = strings.Cut(below, "\n## ")
	var head []string
	for line := range strings.Lines(below) {
		if !strings.HasPrefix(line, "| ") {
			continue
		}
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		row := map[string]string{}
		for i, cell := range cells {
			if cells[i] = strings.TrimSpace(cell); i < len(head) {
				row[head[i]] = cells[i]
			}
		}
		if head == nil {
			head = cells
			continue
		}
		rows = append(rows, row)
	}
	return rows
}
