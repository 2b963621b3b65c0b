meta
key;value
budget;1000,50
vote_type;Cumulative
"description";"따옴표 ""시험"" 자료; 줄
바꿈 포함"
num_votes;6
num_projects;6
max_sum_points;10
comment;SPDX-License-Identifier: Apache-2.0. Made up for tests.
PROJECTS;;;;
 name ;selected;cost;project_id;score;latitude
"공원 ""숲속"" 쉼터; 2단계";1;400.25;BO.1/25;9.5;37.5
Plain "quotes" inside;0;300.125;02;5;
  spaces around  ;1;300.125; 2 ;5;
"multi
line";;300.1250;10;5;37.1
zero votes;0;0.000125;ż;0
too dear;0;1e4;"e;f";1.5;

VOTES
points;vote;sex;voter_id;age
3.5,1;BO.1/25,02;F;1;30
6;BO.1/25;M;2;41
"4, 5";"02 , 2";F;"3";
5;10;;4;77
1.5;"e;f";X;5;
0.0;ż;F;6;19