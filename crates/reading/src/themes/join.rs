//! Joins points into groups whose number is not given.

use std::collections::BTreeMap;

use super::factors::{add, dot, normalise};

/// Neighbours that draw a point towards them, and how often they do.
const NEIGHBOURS: usize = 20;
const DRAWS: usize = 2;
/// How much a point's own place counts beside its neighbours'.
const OWN: f32 = 0.5;

/// Draws each point towards its nearest neighbours, so that texts of one theme that share no word
/// meet through those between them.
pub(super) fn draw_together(points: &mut Vec<Vec<f32>>) {
    let most = NEIGHBOURS.min(points.len() / 12).max(2);
    for _ in 0..DRAWS {
        let drawn = points.iter().map(|point| {
            let mut near: Vec<(f32, u32)> =
                points.iter().enumerate().map(|(i, other)| (dot(point, other), i as u32)).collect();
            if near.len() > most {
                near.select_nth_unstable_by(most, |a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                near.truncate(most);
            }
            near.sort_unstable_by_key(|n| n.1);
            let whole: f32 = near.iter().map(|n| n.0.max(0.0).powi(2)).sum::<f32>().max(1e-9);
            let mut drawn: Vec<f32> = point.iter().map(|x| x * OWN).collect();
            for (alike, other) in near {
                add(&mut drawn, &points[other as usize], alike.max(0.0).powi(2) / whole);
            }
            normalise(&mut drawn);
            drawn
        });
        *points = drawn.collect();
    }
}

/// Groups points whose mean likeness to each other is at least `likeness`: average linkage by
/// chains of nearest neighbours (Murtagh 1983). Gives the group of each point, numbered from 0.
pub(super) fn link(points: &[Vec<f32>], likeness: f32) -> Vec<usize> {
    let n = points.len();
    let mut alike = vec![0.0f32; n * n];
    for i in 0..n {
        for j in 0..i {
            let of = dot(&points[i], &points[j]);
            (alike[i * n + j], alike[j * n + i]) = (of, of);
        }
    }
    let mut size = vec![1.0f32; n];
    let mut parent: Vec<usize> = (0..n).collect();
    let mut chain: Vec<usize> = Vec::new();
    let mut open: Vec<usize> = (0..n).collect();
    while !open.is_empty() {
        if chain.is_empty() {
            chain.push(open[0]);
        }
        let top = chain[chain.len() - 1];
        let before = chain.len().checked_sub(2).map(|at| chain[at]);
        let row = &alike[top * n..(top + 1) * n];
        let nearest = open.iter().copied().filter(|&other| other != top).max_by(|&a, &b| {
            row[a].total_cmp(&row[b]).then((before == Some(a)).cmp(&(before == Some(b))))
        });
        match nearest {
            Some(other) if row[other] >= likeness => {
                if before != Some(other) {
                    chain.push(other);
                    continue;
                }
                chain.truncate(chain.len() - 2);
                let (a, b) = (size[top], size[other]);
                for &third in open.iter().filter(|&&t| t != top && t != other) {
                    let of = (a * alike[top * n + third] + b * alike[other * n + third]) / (a + b);
                    (alike[other * n + third], alike[third * n + other]) = (of, of);
                }
                size[other] += a;
                parent[top] = other;
                open.retain(|&t| t != top);
            }
            _ => {
                // Nothing is near enough, now or ever: joining only lowers the greatest likeness.
                chain.pop();
                open.retain(|&t| t != top);
            }
        }
    }
    numbered(&parent)
}

/// A group that holds more than this share of all points is split, and no group of fewer points.
pub(super) const SHARE_MAX: f32 = 0.1;
const SPLIT_MIN: usize = 40;

/// Groups of fewer points are scraps, where there are more than a hundred.
const SCRAP: usize = 3;

/// Splits groups that are too large by what sets their members apart from one another: without
/// what they share they are drawn together and joined anew, and so are parts that are too large.
pub(super) fn split(points: &[Vec<f32>], of: &mut [usize], likeness: f32) {
    let most = ((points.len() as f32 * SHARE_MAX) as usize).max(SPLIT_MIN);
    let mut groups = of.iter().max().map_or(0, |last| last + 1);
    let mut at = 0;
    while at < groups {
        let members: Vec<usize> = (0..of.len()).filter(|&i| of[i] == at).collect();
        if members.len() > most {
            let mut own: Vec<Vec<f32>> = members.iter().map(|&i| points[i].clone()).collect();
            let mut mean = vec![0.0; own[0].len()];
            own.iter().for_each(|point| add(&mut mean, point, 1.0 / members.len() as f32));
            for point in &mut own {
                add(point, &mean, -1.0);
                normalise(point);
            }
            draw_together(&mut own);
            let parts = link(&own, likeness);
            let many = parts.iter().max().map_or(0, |last| last + 1);
            if many > 1 {
                members.iter().zip(parts).for_each(|(&member, part)| of[member] = groups + part);
                groups += many;
            }
        }
        at += 1;
    }
    number_anew(of);
}

/// Gives each member of a scrap to the group whose middle it is nearest to, if it is at least so
/// near.
pub(super) fn gather(points: &[Vec<f32>], of: &mut [usize], near_min: f32) {
    if points.len() < 100 {
        return;
    }
    let middles = super::middles(points, of);
    let mut sizes = vec![0; middles.len()];
    of.iter().for_each(|&group| sizes[group] += 1);
    for (point, group) in points.iter().zip(of.iter_mut()) {
        if sizes[*group] < SCRAP {
            let whole = (0..middles.len()).filter(|&g| sizes[g] >= SCRAP);
            let near = whole.map(|g| (dot(point, &middles[g]), g));
            let best = near.max_by(|a, b| a.0.total_cmp(&b.0));
            *group = best.filter(|best| best.0 >= near_min).map_or(*group, |best| best.1);
        }
    }
    number_anew(of);
}

fn number_anew(of: &mut [usize]) {
    let mut number = BTreeMap::new();
    for group in of {
        let next = number.len();
        *group = *number.entry(*group).or_insert(next);
    }
}

/// Numbers the roots of a forest in the order of their first members.
fn numbered(parent: &[usize]) -> Vec<usize> {
    let root = |mut at: usize| {
        while parent[at] != at {
            at = parent[at];
        }
        at
    };
    let mut number = vec![usize::MAX; parent.len()];
    let mut next = 0;
    let of = |i: usize| {
        let root = root(i);
        if number[root] == usize::MAX {
            number[root] = next;
            next += 1;
        }
        number[root]
    };
    (0..parent.len()).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_points_are_joined_and_far_ones_stay_alone() {
        let point = |angle: f32| vec![angle.cos(), angle.sin()];
        let points: Vec<Vec<f32>> = [0.0, 0.1, 1.5, 0.2, 1.6, 3.0].map(point).to_vec();
        assert_eq!(link(&points, 0.8), [0, 0, 1, 0, 1, 2]);
        assert_eq!(link(&points, 1.1), [0, 1, 2, 3, 4, 5]);
        assert!(link(&[], 0.5).is_empty());
    }
}
