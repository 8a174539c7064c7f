//! Curves of points as one SVG picture.

use std::ops::Range;

use plotters::coord::Shift;
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::prelude::*;

const SIZE: (u32, u32) = (760, 420);

/// A colour, in red, green and blue.
pub type Colour = (u8, u8, u8);

/// For what is there to compare with.
pub const GREY: Colour = (140, 140, 140);
/// For the first curves of a chart whose curves have no colour of their own.
const COLOURS: [Colour; 10] = [
    (200, 60, 40),
    (60, 120, 200),
    (40, 150, 90),
    (150, 90, 180),
    (220, 140, 30),
    (90, 90, 90),
    (20, 160, 170),
    (190, 80, 140),
    (120, 110, 30),
    (90, 130, 230),
];

/// A chart.
pub struct Chart {
    /// What stands above it.
    pub caption: String,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
    /// What is drawn; a curve without points is left out.
    pub curves: Vec<Curve>,
    /// Whether the legend stands at the bottom right and not at the top left.
    pub legend_below: bool,
}

/// One of the two axes.
pub struct Axis {
    /// What it measures.
    pub name: &'static str,
    /// Where it begins and ends.
    pub range: Range<f64>,
    /// Whether each step multiplies.
    pub is_logarithmic: bool,
}

/// One curve.
pub struct Curve {
    /// What the legend calls it.
    pub name: String,
    /// Its own colour, or the next that is free.
    pub colour: Option<Colour>,
    /// Whether its line is thick.
    pub is_bold: bool,
    /// Whether each point has a mark.
    pub is_marked: bool,
    /// From left to right.
    pub points: Vec<(f64, f64)>,
}

type Drawn = Result<(), DrawingAreaErrorKind<std::io::Error>>;

impl Chart {
    /// The picture.
    ///
    /// # Errors
    /// When it cannot be drawn, in words.
    pub fn to_svg(&self) -> Result<String, String> {
        let mut picture = String::new();
        self.draw(&mut picture).map_err(|error| format!("the plot cannot be drawn: {error}"))?;
        Ok(picture)
    }

    fn draw(&self, picture: &mut String) -> Drawn {
        let area = SVGBackend::with_string(picture, SIZE).into_drawing_area();
        area.fill(&WHITE)?;
        let (x, y) = (self.x.range.clone(), self.y.range.clone());
        match (self.x.is_logarithmic, self.y.is_logarithmic) {
            (true, true) => self.fill(&area, x.log_scale(), y.log_scale()),
            (true, false) => self.fill(&area, x.log_scale(), y),
            (false, true) => self.fill(&area, x, y.log_scale()),
            (false, false) => self.fill(&area, x, y),
        }?;
        area.present()
    }

    fn fill<'a, X, Y>(&self, area: &DrawingArea<SVGBackend<'a>, Shift>, x: X, y: Y) -> Drawn
    where
        X: AsRangedCoord<Value = f64>,
        Y: AsRangedCoord<Value = f64>,
        X::CoordDescType: ValueFormatter<f64>,
        Y::CoordDescType: ValueFormatter<f64>,
    {
        let mut chart = ChartBuilder::on(area)
            .caption(&self.caption, ("sans-serif", 16))
            .margin(12)
            .x_label_area_size(40)
            .y_label_area_size(56)
            .build_cartesian_2d(x, y)?;
        chart.configure_mesh().x_desc(self.x.name).y_desc(self.y.name).draw()?;
        let curves = self.curves.iter().filter(|curve| !curve.points.is_empty());
        let mut free = COLOURS.into_iter().cycle();
        for curve in curves {
            let (r, g, b) = curve.colour.or_else(|| free.next()).unwrap_or(GREY);
            let style = RGBColor(r, g, b).stroke_width(if curve.is_bold { 3 } else { 1 });
            let mark = if curve.is_marked { 3 } else { 0 };
            let series = LineSeries::new(curve.points.iter().copied(), style).point_size(mark);
            let key = move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], style);
            chart.draw_series(series)?.label(curve.name.clone()).legend(key);
        }
        let legend = if self.legend_below {
            SeriesLabelPosition::LowerRight
        } else {
            SeriesLabelPosition::UpperLeft
        };
        chart
            .configure_series_labels()
            .position(legend)
            .background_style(WHITE.mix(0.8))
            .border_style(BLACK)
            .draw()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_holds_its_curves_and_leaves_out_what_has_no_points() {
        for (x, y) in [(true, true), (true, false), (false, true), (false, false)] {
            let axis = |name, is_logarithmic| Axis { name, range: 0.1..10.0, is_logarithmic };
            let curve = |name: &str, points: &[(f64, f64)]| Curve {
                name: name.into(),
                colour: None,
                is_bold: false,
                is_marked: true,
                points: points.into(),
            };
            let chart = Chart {
                caption: "Above".into(),
                x: axis("across", x),
                y: axis("upwards", y),
                curves: vec![curve("one <b>", &[(0.5, 1.0), (2.0, 3.0)]), curve("none", &[])],
                legend_below: false,
            };
            let svg = chart.to_svg().unwrap();
            for word in ["<svg", "Above", "across", "upwards", "one &lt;b&gt;"] {
                assert!(svg.contains(word), "{word}");
            }
            assert!(!svg.contains(">\nnone"), "{svg}");
        }
    }
}
